"""Writes files whole or not at all, so that nothing a user has is ever half-written."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
_RANDOM = "[a-z0-9_]{8}"  # as tempfile makes it


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to a temporary file beside `path`, then rename it.

    An OSError names `path`, not the temporary file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            # An interruption may come when it has its name already.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
            raise
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def write_text(path: Path, text: str) -> None:
    """`write_bytes` in UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def remove_leftovers(folder: Path, names: Iterable[str]) -> None:
    """Remove what a killed process left beside files of these names. Nobody may be writing them."""
    wanted = re.compile(rf"\.(?:{'|'.join(map(re.escape, names))})\.{_RANDOM}")
    for entry in os.scandir(folder):
        if wanted.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
            os.unlink(entry)


def is_of_the_disk(error: OSError) -> bool:
    """Will the next file fail as this one did, because the disk is full or broken?"""
    return error.errno in _DISK
