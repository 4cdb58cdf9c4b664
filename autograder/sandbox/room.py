"""Where a worker lives: what every backend gives it, and how it is watched, ended and cleared."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import psutil

from . import processes
from .confine import Confinement
from .started import Started

KIT_PACKAGE = Path(__file__).resolve().parent.parent
_KIT_OWN = (
    "__init__", "blob", "confine", "landlock", "preload", "seeds", "syscalls", "wire", "worker",
)  # fmt: skip
_START = """
import sys
sys.path.insert(0, {kit!r})
from autograder.sandbox.worker import main
main()
"""
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ETC = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")
PACKAGES = ("site-packages", "dist-packages")
GPU_FILES = ("/sys", "/proc/driver/nvidia")
GPU_WRITES = "/proc/self/task"
"""CUDA does not start where it can't write the names of its threads there."""
MOST_FILES = 20_000
"""How many files a worker may have on disk; nobody would count more of them five times a second."""
MOST_DESCRIPTORS = 4_096
"""How many a worker's processes may have open: each can keep memory that counts as nobody's."""
FEW_THREADS = ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Limits:
    """What one worker may use: its whole process tree, and each of its files.

    `processes` counts threads too. `scratch_bytes` is all that it may have written at a time,
    `output_bytes` what is kept of its output.
    """

    memory_bytes: int
    processes: int
    cpu_seconds: int
    file_bytes: int
    scratch_bytes: int
    output_bytes: int

    # A worker that starts more than it may is told so by whoever watches it; this is the kernel's
    # own bound a little above, for one that is faster than the watch.
    @property
    def most_processes(self) -> int:
        return self.processes + 32


@dataclass(frozen=True)
class Written:
    """Files on disk, folders among them, and their bytes."""

    files: int = 0
    bytes_: int = 0


@dataclass
class Room:
    """A place for one worker.

    `enclosure` is a command that runs another one in it, empty where there is none; it makes
    `namespaces` (some of them by name) and keeps `capabilities`. `kit` is the folder with the kit,
    `folder` where the worker is started, `user` the number of the user that it runs as, None for
    one's own. `descriptors` are the enclosure's, and are closed here once it is started.
    """

    enclosure: list[str]
    kit: str
    environment: dict[str, str]
    folder: str
    confinement: Confinement
    user: int | None = None
    descriptors: Sequence[int] = ()
    namespaces: Sequence[str] = ()
    capabilities: Sequence[int] = ()
    _left: list[Path] = field(default_factory=list)

    def processes(self, worker: Started, most: int) -> list[psutil.Process]:
        """All processes of the worker, about `most` at the most."""
        return processes.tree(worker.pid, most)

    def written(self, worker: Started) -> Written:
        """What the worker has on disk, where nothing but watching bounds it."""
        return Written()

    def end(self, worker: Started) -> None:
        """Kill the worker and all that it started."""
        processes.kill_tree(worker.pid)
        worker.let_go()

    def clear(self) -> None:
        """Remove what the worker left behind; it has been ended."""
        for folder in self._left:
            remove(folder)


def environment(folder: str, scratch: str = "/tmp") -> dict[str, str]:
    """The whole environment of a worker: its home folder and the one for temporary files."""
    return {
        "HOME": folder,
        "LANG": "C.UTF-8",
        "LOGNAME": "student",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": f"{folder}/.config/matplotlib",
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "TMPDIR": scratch,
        "USER": "student",
        **dict.fromkeys(FEW_THREADS, "1"),
    }


def python(kit: str) -> list[str]:
    """The command of a worker whose kit lies in the folder `kit`."""
    # Not -I, which would ignore PYTHONHASHSEED too; the environment is ours anyway.
    return [sys.executable, "-s", "-P", "-B", "-c", _START.format(kit=kit)]


@lru_cache(maxsize=1)
def kit_files() -> tuple[str, ...]:
    """The modules of the kit that a worker imports, relative to the package."""
    shared = sorted(path.name for path in (KIT_PACKAGE / "selfcheck").glob("*.py"))
    own = (f"sandbox/{name}.py" for name in _KIT_OWN)
    return ("__init__.py", *own, *(f"selfcheck/{name}" for name in shared))


@lru_cache(maxsize=1)
def python_folders() -> tuple[str, ...]:
    """The interpreter and its packages: every folder that a worker's Python reads."""
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    folders.add(str(Path(os.path.realpath(sys.executable)).parent.parent))
    folders.update(entry for entry in sys.path if entry.endswith(PACKAGES))
    existing = sorted(folder for folder in folders if Path(folder).is_dir())
    covered = (*SYSTEM, *existing)
    return tuple(folder for folder in existing if not _inside(folder, covered))


def exposed_to_workers(private: Sequence[Path]) -> list[Path]:
    """Those of these files and folders that lie in a folder which every worker is given."""
    given = [Path(folder).resolve() for folder in (*SYSTEM, *python_folders())]
    return [path for path in private if any(path.resolve().is_relative_to(one) for one in given)]


def gpu_devices() -> list[str]:
    return sorted(str(path) for path in Path("/dev").glob("nvidia*"))


def new_folder() -> Path:
    """A folder of the grader's own for one worker; OSError where there is no room for it."""
    return Path(tempfile.mkdtemp(prefix="autograder-"))


def lay_out_kit(folder: Path) -> None:
    """Copy what a worker imports of the kit to `folder`, for everybody to read."""
    for name in kit_files():
        path = folder / "autograder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(KIT_PACKAGE / name, path)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def remove(folder: Path) -> None:
    """Remove `folder` whatever is in it: closed folders, and nested deeper than Python can go."""
    delete = ["rm", "-rf"]
    # Root needs to open nothing, and follows nothing while others may still change names.
    for command in (delete, ["chmod", "-R", "u+rwx"], delete):
        if os.path.lexists(folder):
            subprocess.run([*command, "--", str(folder)], stderr=subprocess.DEVNULL, check=False)


def _inside(folder: str, others: Sequence[str]) -> bool:
    return any(folder != other and Path(folder).is_relative_to(other) for other in others) or (
        folder in SYSTEM
    )
