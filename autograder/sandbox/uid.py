"""The backend `uid`: where a container refuses namespaces and the grader is root, a user a worker.

What keeps a worker in: its user owns nothing and may signal nobody, the kernel bounds how many
processes it has, sockets are refused, and it reads and writes only what Landlock leaves it. Where
the kernel has no Landlock, file modes decide what it reads, so they are looked at beforehand.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import psutil

from . import landlock, processes, syscalls, users
from .confine import Confinement
from .room import (
    ETC,
    GPU_FILES,
    SYSTEM,
    Limits,
    Room,
    environment,
    gpu_devices,
    lay_out_kit,
    new_folder,
    python,
    python_folders,
)

NAME = "uid"
_READABLE = ("/proc", "/sys/devices/system", "/dev/urandom", "/dev/random", "/dev/zero")
_WRITABLE = ("/dev/null", users.SHARED_MEMORY)
_MOST_FILES = 20_000
_BLOCK = 4096


@dataclass
class Lent(Room):
    """The room of a worker that runs as a throw-away user."""

    lent: users.User | None = None

    def processes(self, pid: int, most: int) -> list[psutil.Process]:
        return processes.of_user(self._number)

    def written_bytes(self) -> int:
        return sum(_bytes_of(self._number, place) for place in (self.folder, *places()))

    def end(self, pid: int) -> None:
        users.end_processes(self._number)
        processes.wait_gone([pid])

    def clear(self) -> None:
        if self.lent is not None:
            self.lent.give_back(places())

    @property
    def _number(self) -> int:
        assert self.lent is not None
        return self.lent.number


def room(limits: Limits, gpu: bool) -> Room:
    """A room with a user of its own; OSError where there is none left or no space."""
    lent = users.claim(places())
    try:
        base = new_folder()
    except OSError:
        lent.give_back(())
        raise
    lent.note(base)
    student, kit = base / "student", base / "kit"
    base.chmod(0o711)
    student.mkdir(mode=0o700)
    os.chown(student, lent.number, lent.number)
    lay_out_kit(kit)
    devices = gpu_devices() if gpu else []
    readable = [*_READABLE, *SYSTEM, *ETC, *python_folders(), str(kit)]
    return Lent(
        command=python(str(kit)),
        environment=environment(str(student), scratch=str(student)),
        folder=str(student),
        confinement=Confinement(
            cpu_seconds=limits.cpu_seconds,
            file_bytes=limits.file_bytes,
            processes=limits.most_processes,
            filtered=True,
            gpu=gpu,
            locked=landlock.version() > 0,
            readable=(*readable, *(GPU_FILES if gpu else ())),
            writable=(str(student), *_WRITABLE, *devices),
        ),
        user=lent.number,
        lent=lent,
    )


def problem(private: Sequence[Path] = ()) -> str | None:
    """Why this backend can't be used on this machine, None where it can.

    `private` are the files and folders that no worker may read.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "only root can lend users to workers"
    if not syscalls.is_known_machine():
        return f"the system calls of this machine ({os.uname().machine}) are not known"
    reason = _start_problem()
    if reason is not None or landlock.version():
        return reason
    found = [path for path in private if is_readable_by_anybody(path)]
    if found:
        named = " ".join(map(str, found))
        return (
            "this kernel has no Landlock and these can be read by every user: "
            f"{', '.join(map(str, found))}; close them: chmod -R go-rwx {named}"
        )
    return None


def places() -> tuple[str, ...]:
    """Where a worker can leave files besides its own folder."""
    return (users.SHARED_MEMORY,) if landlock.version() else users.open_folders()


def clear_unused() -> None:
    """End and remove what is left of workers whose grader is gone."""
    users.clear_unused(places())


def is_readable_by_anybody(path: Path) -> bool:
    """Can a user without any rights read the file, or look into the folder?"""
    path = path.resolve()
    try:
        above = [parent.stat().st_mode & stat.S_IXOTH for parent in path.parents]
        mode = path.stat().st_mode
    except OSError:
        return False
    wanted = stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
    return all(above) and bool(mode & wanted)


@lru_cache(maxsize=1)
def _start_problem() -> str | None:
    """Can Python be started by a user without any rights?"""
    number = users.KILLER
    try:
        started = subprocess.run(
            [sys.executable, "-I", "-c", "import json, site"],
            user=number,
            group=number,
            extra_groups=[],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        ).returncode
    except OSError:
        started = 1
    if started == 0:
        return None
    return (
        f"other users can't run {os.path.realpath(sys.executable)} or read its packages; install "
        "Python where they can (a folder on the way to it is closed to them: `namei -m` shows it)"
    )


def _bytes_of(user: int, place: str) -> int:
    """Bytes on disk of what `user` has at `place`, a block at least for each file."""
    total, files, waiting = 0, 0, [place]
    while waiting and files < _MOST_FILES:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    found = entry.stat(follow_symlinks=False)
                    if found.st_uid == user:
                        files += 1
                        total += max(found.st_blocks * 512, _BLOCK)
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
        except OSError:
            continue
    return total
