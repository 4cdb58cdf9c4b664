"""The backend `uid`: where a container refuses namespaces and the grader is root, a user a worker.

What keeps a worker in: its user owns nothing and may signal nobody, the kernel bounds how many
processes it has, sockets are refused, and it reads and writes only what Landlock leaves it. Where
the kernel has no Landlock, file modes decide what it reads, so they are looked at beforehand.
"""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
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
    GPU_WRITES,
    MOST_FILES,
    PACKAGES,
    SYSTEM,
    Limits,
    Room,
    Written,
    environment,
    exposed_to_workers,
    gpu_devices,
    lay_out_kit,
    new_folder,
    python_folders,
)
from .started import Started

NAME = "uid"
_READABLE = ("/proc", "/sys/devices/system", "/dev/urandom", "/dev/random", "/dev/zero")
_WRITABLE = ("/dev/null", users.SHARED_MEMORY)
_BLOCK = 4096
_TRY_OUT = """
import json, os, sys
for place in sys.argv[1:]:
    for entry in os.scandir(place):
        if entry.is_dir() and not os.access(entry.path, os.R_OK | os.X_OK):
            sys.exit(f"{entry.path} is closed")
"""


@dataclass
class Lent(Room):
    """The room of a worker that runs as a throw-away user."""

    lent: users.User | None = None

    def processes(self, worker: Started, most: int) -> list[psutil.Process]:
        return processes.of_user(self._number)

    def written(self, worker: Started) -> Written:
        return _written_by(self._number, (self.folder, *places()))

    def end(self, worker: Started) -> None:
        users.end_processes(self._number)
        processes.wait_gone([worker.pid])
        worker.let_go()

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
        student, kit = _folders(lent)
    except OSError:
        lent.give_back(())
        raise
    devices = [GPU_WRITES, *gpu_devices()] if gpu else []
    readable = [*_READABLE, *SYSTEM, *ETC, *python_folders(), str(kit)]
    return Lent(
        enclosure=[],
        kit=str(kit),
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


def _folders(lent: users.User) -> tuple[Path, Path]:
    """A folder of this user's and one with the kit, which it only reads."""
    base = new_folder()
    lent.note(base)
    student, kit = base / "student", base / "kit"
    base.chmod(0o711)
    student.mkdir(mode=0o700)
    os.chown(student, lent.number, lent.number)
    lay_out_kit(kit)
    return student, kit


def problem(private: Sequence[Path] = ()) -> str | None:
    """Why this backend can't be used on this machine, None where it can.

    `private` are the files and folders that no worker may read.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "only root can lend users to workers"
    if not syscalls.is_known_machine():
        return f"the system calls of this machine ({os.uname().machine}) are not known"
    reason = _start_problem() or _folder_problem()
    return _private_problem(private) if reason is None else reason


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
        mode = path.stat().st_mode
    except OSError:
        return False
    wanted = stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
    return bool(mode & wanted) and _can_be_reached(path)


def _can_be_reached(path: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)


def _private_problem(private: Sequence[Path]) -> str | None:
    if landlock.version():
        exposed = exposed_to_workers(private)
        why = "every worker reads what lies beside Python or in /usr, and so"
    else:
        exposed = list(private)
        why = "this kernel has no Landlock and"
    found = [str(path) for path in exposed if is_readable_by_anybody(path)]
    if not found:
        return None
    return (
        f"{why} these can be read by every user: {', '.join(found)}; "
        f"close them: chmod -R go-rwx {shlex.join(found)}"
    )


def _folder_problem() -> str | None:
    folder = Path(tempfile.gettempdir()).resolve()
    if _can_be_reached(folder / "worker"):
        return None
    return (
        f"other users can't get into {folder}, where workers have their folders; "
        "set TMPDIR to a folder that they can get into"
    )


@lru_cache(maxsize=1)
def _start_problem() -> str | None:
    """Can Python be started by a user without any rights?"""
    if shutil.which("find") is None:
        return "the program `find` was not found; install the system's package `findutils`"
    packages = [place for place in sys.path if place.endswith(PACKAGES) and os.path.isdir(place)]
    try:
        started = subprocess.run(
            [sys.executable, "-I", "-c", _TRY_OUT, *packages],
            user=users.TRIES_OUT,
            group=users.TRIES_OUT,
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


def _written_by(user: int, folders: Sequence[str]) -> Written:
    """What this user has in these folders, a block at least for each file."""
    whose = ("-user", str(user))
    # Folders of others are not gone into, and however many files there are, it ends.
    command = [
        *("find", *folders, "-xdev", "-mindepth", "1"),
        *("(", *whose, "-printf", "%b\n", ")", "-o", "(", "-type", "d", "-prune", ")"),
    ]
    files, total = 0, 0
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as find:
        assert find.stdout is not None
        for line in find.stdout:
            files += 1
            total += max(int(line) * 512, _BLOCK)
            if files > MOST_FILES:
                find.kill()
                break
    return Written(files, total)
