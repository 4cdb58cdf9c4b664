"""Makes Python reachable for users without rights, as it is in a container where graders are root.

Where root's own home holds the interpreter, no other user gets to it. The tests then go on in a
mount namespace of their own, in which the closed folder holds nothing but the way to Python and to
what these tests need themselves.
"""

from __future__ import annotations

import ctypes
import os
import stat
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

from autograder.sandbox import room, uid

_NEW_MOUNTS = 0x00020000
_REPOSITORY = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def uid_problem() -> str | None:
    """Why the backend `uid` can't be tested here; None where it can, if need be from now on."""
    problem = uid.problem()
    if problem is None or os.geteuid() != 0:
        return problem
    closed = _closed_folder()
    if closed is None or ctypes.CDLL(None).unshare(_NEW_MOUNTS) != 0:
        return problem
    try:
        _open(closed)
    except (OSError, subprocess.CalledProcessError):
        return problem
    uid._start_problem.cache_clear()
    return uid.problem()


def _closed_folder() -> Path | None:
    for folder in room.python_folders():
        for parent in reversed(Path(folder).parents):
            if not parent.stat().st_mode & stat.S_IXOTH:
                return parent
    return None


def _open(closed: Path) -> None:
    _mount("--make-rprivate", "/")
    wanted = {
        *map(Path, room.python_folders()),
        *(_REPOSITORY, Path.cwd(), Path(tempfile.gettempdir())),
        Path(os.environ.get("MNIST_ROOT") or _REPOSITORY),
    }
    inside = [folder for folder in wanted if folder != closed and folder.is_relative_to(closed)]
    outermost = [
        folder for folder in inside if not any(other in folder.parents for other in inside)
    ]
    kept = []
    for folder in outermost:
        kept.append(tempfile.mkdtemp(dir="/tmp"))
        _mount("--bind", str(folder), kept[-1])
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(closed))
    for folder, place in zip(outermost, kept, strict=True):
        folder.mkdir(parents=True)
        _mount("--move", place, str(folder))
        os.rmdir(place)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)
