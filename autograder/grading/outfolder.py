"""Takes a folder for the results of one grading: nobody else's meanwhile, clean, and with space."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import atomic
from . import register
from .places import OWN_FILES, STUDENT_FILES

LOG_NAME = "grader.log"
LEAST_SPACE = 1 << 20


class Unusable(Exception):
    """The folder can't be used for the results; the message says what to do."""


@contextmanager
def taken(out: Path) -> Iterator[None]:
    """Make `out`, keep other gradings from it, and remove what a killed one left half-written.

    The lock goes with the process that holds it. Raises Unusable.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise Unusable(
            f"{out}: expected a folder for the results, found a file; name another one with --out"
        ) from None
    descriptor = os.open(out, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor, out)
        _remove_leftovers(out)
        yield
    finally:
        os.close(descriptor)


def require_space_to_work() -> None:
    """OSError where the disk that workers use is full; no student is to pay for that."""
    folder = tempfile.gettempdir()
    if shutil.disk_usage(folder).free < LEAST_SPACE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), folder)


def _lock(descriptor: int, out: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Unusable(
            f"{out}: expected a folder that nobody writes to, found another grading at work "
            "there; wait until it has ended, or name another folder with --out"
        ) from None
    except OSError:
        pass  # Some network file systems can't lock.


def _remove_leftovers(out: Path) -> None:
    atomic.remove_leftovers(out, {*OWN_FILES, register.FILE_NAME})
    for folder in out.iterdir():
        if folder.is_dir() and not folder.is_symlink():
            atomic.remove_leftovers(folder, STUDENT_FILES)
