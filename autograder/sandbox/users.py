"""Throw-away users: numbers without a name or rights, each lent to one worker at a time.

A user in use is locked, so that graders side by side don't lend the same one, and the lock goes
with the process that holds it. What a user's earlier worker left, processes and files, goes before
the number is lent again, also where the grader of that time was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from . import processes, procfs
from .room import remove

NUMBERS = range(58_001, 58_257)
TRIES_OUT = 58_000
"""A user that is never lent, to find out what one without rights can do."""
LOCKS = Path("/run/autograder-users")
SHARED_MEMORY = "/dev/shm"
# Each has a killer of its own: one that served all would end those of the others, too.
_KILLER = 1_000
_TRIES = 20
_LONGEST_PATH = 4096
_VIRTUAL = b"proc sysfs cgroup cgroup2 devpts securityfs debugfs tracefs".split()
# It runs as somebody whom a worker's processes may not signal, with the rights to signal theirs.
_KILL = """
import os, sys
killer, user = map(int, sys.argv[1:])
os.setgroups([])
os.setresgid(killer, killer, killer)
os.setresuid(killer, user, killer)
os.kill(-1, 9)
"""


class NoUserLeft(OSError):
    """All throw-away users are in use."""


@dataclass(frozen=True)
class User:
    """A user for one worker, until it is given back."""

    number: int
    _lock: int

    def note(self, folder: Path) -> None:
        """Let whoever lends the user next remove `folder`, should nobody do so before."""
        os.pwrite(self._lock, os.fsencode(folder), 0)

    def give_back(self, places: Iterable[str]) -> None:
        """End its processes, remove its files from `places`, and let others have the number."""
        end_processes(self.number)
        for place in places:
            _remove_files(self.number, place)
        noted = os.pread(self._lock, _LONGEST_PATH, 0)
        if noted:
            remove(Path(os.fsdecode(noted)))
        os.ftruncate(self._lock, 0)
        os.close(self._lock)


def claim(places: Iterable[str]) -> User:
    """A user that nobody uses, with nothing left of its last worker; NoUserLeft where none is."""
    for number in NUMBERS:
        user = _lock(number)
        if user is not None and _is_dirty(user):
            try:
                user.give_back(places)
            except OSError:
                continue
            user = _lock(number)
        if user is None:
            continue
        if not procfs.of_user(number):
            return user
        # Those that have ended count against its limit for as long as their parent ignores them.
        os.close(user._lock)
    raise NoUserLeft(f"all {len(NUMBERS)} throw-away users are in use")


def clear_unused(places: Iterable[str]) -> None:
    """End what workers of graders that are gone left running, and remove their files."""
    for number in NUMBERS:
        if (LOCKS / str(number)).exists() and (user := _lock(number)) is not None:
            user.give_back(places if _is_dirty(user) else ())


def end_processes(number: int) -> None:
    """Kill every process of a user; OSError where one can't be killed."""
    for _ in range(_TRIES):
        left = processes.of_user(number)
        if not left:
            return
        arguments = [sys.executable, "-I", "-S", "-c", _KILL, str(number + _KILLER), str(number)]
        # It fails where there is nobody left to signal, or another one was faster.
        subprocess.run(arguments, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        processes.wait_gone(process.pid for process in left)
    raise OSError(f"{len(left)} processes of the throw-away user {number} can't be ended")


@lru_cache(maxsize=1)
def open_folders() -> tuple[str, ...]:
    """Every folder on this machine that anybody may write to."""
    # One file system at a time, as those that the kernel makes up are endless.
    command = ["find", *_mounts(), "-xdev", "-type", "d", "-perm", "-0002", "-prune", "-print0"]
    found = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    ).stdout
    return tuple(sorted({os.fsdecode(path) for path in found.split(b"\0") if path}))


def _mounts() -> Iterator[str]:
    for line in Path("/proc/self/mounts").read_bytes().splitlines():
        _, written, kind, options, *_ = line.split(b" ")
        place = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), written)
        if kind not in _VIRTUAL and b"rw" in options.split(b",") and os.path.isdir(place):
            yield os.fsdecode(place)


def _is_dirty(user: User) -> bool:
    return os.fstat(user._lock).st_size > 0 or bool(processes.of_user(user.number))


def _lock(number: int) -> User | None:
    for one in (number, number + _KILLER):
        with contextlib.suppress(KeyError):
            pwd.getpwuid(one)
            return None
    LOCKS.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(LOCKS / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return User(number, lock)


def _remove_files(number: int, place: str) -> None:
    command = ["find", place, "-xdev", "-mindepth", "1", "-user", str(number), "-delete"]
    subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
