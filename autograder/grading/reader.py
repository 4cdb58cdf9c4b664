"""Reads a submission from its folder or zip, by descriptors: nothing is looked at by one name
and read by another, and no link is followed below the folder that holds the class."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .archive import read_zip
from .contents import Contents, Parts, Rejected, is_left_out, shown, text_of

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""What the grader's own machine has run out of, whatever it reads."""


def read_files(place: Path, most_bytes: int, most_files: int) -> dict[str, bytes]:
    """The files in the folder or zip at `place`, by their paths in it.

    `place` is `<student>/<assignment>` or `<student>/<assignment>.zip`; neither may be a link.
    Raises Rejected where something can't be read or breaks a limit.
    """
    contents = Contents(most_bytes, most_files)
    place = Path(os.path.abspath(place))
    with (
        _opened(str(place.parent), None, place.parent.name) as (student, _),
        _opened(place.name, student, place.name) as (descriptor, state),
    ):
        if stat.S_ISDIR(state.st_mode):
            _read_folder(contents, descriptor, ())
        else:
            try:
                read_zip(contents, descriptor, place.name, state.st_size)
            except OSError as error:
                raise _unreadable(place.name, error) from None
    return contents.files


def _read_folder(contents: Contents, folder: int, parts: Parts) -> None:
    contents.enter(parts)
    for name in _names(contents, folder, parts):
        inner = (*parts, text_of(name))
        if is_left_out(inner):
            continue
        where = "/".join(inner)
        with _opened(name, folder, where) as (descriptor, state):
            if stat.S_ISDIR(state.st_mode):
                _read_folder(contents, descriptor, inner)
            else:
                contents.admit(inner, state.st_size)
                contents.keep(inner, _content(descriptor, state.st_size, where))


def _names(contents: Contents, folder: int, parts: Parts) -> list[str]:
    names = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                contents.look_at()
                names.append(entry.name)
    except OSError as error:
        raise _unreadable("/".join(parts) or "the folder", error) from None
    return sorted(names)


@contextmanager
def _opened(name: str, folder: int | None, where: str) -> Iterator[tuple[int, os.stat_result]]:
    """The descriptor of the folder or ordinary file called `name`, and what it is.

    Looked at before it is opened, for opening a device may do something, and again afterwards,
    for it may have been replaced in between.
    """
    try:
        _require_plain(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode, where)
        descriptor = os.open(name, _FLAGS, dir_fd=folder)
    except OSError as error:
        raise _unreadable(where, error) from None
    try:
        state = os.fstat(descriptor)
        _require_plain(state.st_mode, where)
        yield descriptor, state
    finally:
        os.close(descriptor)


def _require_plain(mode: int, where: str) -> None:
    if stat.S_ISLNK(mode):
        raise Rejected(f"{shown(where)} is a link; hand in the file itself")
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise Rejected(f"{shown(where)} is no ordinary file; hand in files only")


def _content(descriptor: int, size: int, where: str) -> bytes:
    try:
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(size + 1)
    except OSError as error:
        raise _unreadable(where, error) from None
    if len(content) != size:
        raise Rejected(f"{shown(where)} changed while it was read; hand it in again")
    return content


def _unreadable(where: str, error: OSError) -> Exception:
    if error.errno in _OURS:
        return error
    reason = error.strerror or type(error).__name__
    return Rejected(f"{shown(where)} can't be read ({reason}); hand it in again")
