"""Reads a zip that a stranger made: whatever it says of itself, it costs little or is refused."""

from __future__ import annotations

import errno
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ..printable import cut, printable
from .contents import Contents, Parts, Rejected, is_left_out, shown, text_of

MAX_ZIP = 200 << 20
"""Bytes of the file itself; it may hold a data set that is left out."""
MAX_LISTING = 4 << 20
"""Bytes of its table of contents: some 40,000 files, most of which must be clutter."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What every system's own tool writes. The others unpack a few bytes into any amount at once."""

_CHUNK = 1 << 20
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF_8 = 0x800
_DRIVE = re.compile("[A-Za-z]:")
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, IndexError,
    OverflowError, RuntimeError, ValueError,
)  # fmt: skip
"""What Python's module raises where a zip is not what it says; with OSError, where it names a
place that is not in the file."""


def read_zip(contents: Contents, descriptor: int, name: str, size: int) -> None:
    """Put the files in the zip of `size` bytes at `descriptor` into `contents`.

    `name` is what messages call it. Raises Rejected, and OSError where it can't be read.
    """
    if size > MAX_ZIP:
        raise Rejected(
            f"{shown(name)} is larger than {MAX_ZIP >> 20} MB; "
            "leave data sets, results and installed packages out"
        )
    with _Guarded(io.FileIO(descriptor, closefd=False)) as file:
        _Archive(contents, file, name, size).read()


class _Guarded(io.BufferedReader):
    """A file that doesn't hand out more at once than a table of contents may have."""

    def read(self, size: int | None = -1, /) -> bytes:
        unlimited = size is None or size < 0 or size > MAX_LISTING
        data = super().read(MAX_LISTING + 1 if unlimited else size)
        if len(data) > MAX_LISTING:
            raise Rejected("the zip file lists too many files; hand in only what you wrote")
        return data


class _Archive:
    def __init__(self, contents: Contents, file: _Guarded, name: str, size: int) -> None:
        self._contents, self._name = contents, name
        with _told(name):
            self._zip = zipfile.ZipFile(file)
        self._packed_left = size

    def read(self) -> None:
        with self._zip:
            for entry in self._zip.infolist():
                name = _name_of(entry)
                parts = _parts(name)
                if not is_left_out(parts):
                    self._read_entry(entry, name, parts)

    def _read_entry(self, entry: zipfile.ZipInfo, name: str, parts: Parts) -> None:
        self._contents.look_at()
        _require_plain(entry, name)
        if name.endswith("/"):
            self._contents.enter(parts)
        elif not parts:
            raise Rejected("the zip file holds a file without a name; make the zip again")
        else:
            self._contents.admit(parts, entry.file_size)
            self._contents.keep(parts, self._content(entry, name))

    def _content(self, entry: zipfile.ZipInfo, name: str) -> bytes:
        # Files that share bytes of the zip would be unpacked from them again and again.
        self._packed_left -= entry.compress_size
        if self._packed_left < 0:
            raise Rejected(f"{shown(name)} overlaps other files of the zip; make the zip again")
        content = bytearray()
        with _told(self._name), self._zip.open(entry) as file:
            while len(content) <= entry.file_size and (piece := file.read(_CHUNK)):
                content += piece
        if len(content) != entry.file_size:
            raise Rejected(
                f"{shown(name)} is not as large as the zip file says; make the zip again"
            )
        return bytes(content)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Makes of what goes wrong in Python's module a reason to reject the zip called `name`."""
    try:
        yield
    except (*_BROKEN, OSError) as error:
        reason = cut(printable(str(error)), 150) or type(error).__name__
        if isinstance(error, OSError):
            if error.errno != errno.EINVAL:
                raise
            reason = "a part of it lies outside the file"
        raise Rejected(
            f"{shown(name)} can't be opened as a zip file ({reason}); "
            "make it again with your system's own tool"
        ) from None


def _name_of(entry: zipfile.ZipInfo) -> str:
    """The entry's name with slashes between its parts."""
    name = entry.filename
    if "\0" in name or "\0" in entry.orig_filename:
        raise Rejected(
            f"{shown(entry.orig_filename)} is no name that a file can have; make the zip again"
        )
    if name == entry.orig_filename and not entry.flag_bits & _UTF_8:
        # Some tools, macOS's for one, write UTF-8 and don't say so.
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _parts(name: str) -> Parts:
    steps = name.split("/")
    if name.startswith("/") or ".." in steps or _DRIVE.match(name):
        raise Rejected(
            f"{shown(name)} points outside the submission; make the zip from within its folder"
        )
    return tuple(text_of(step) for step in steps if step not in ("", "."))


def _require_plain(entry: zipfile.ZipInfo, name: str) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise Rejected(f"{shown(name)} is a link; hand in the file itself")
    if kind not in (0, stat.S_IFDIR if name.endswith("/") else stat.S_IFREG):
        raise Rejected(f"{shown(name)} is no ordinary file; hand in files only")
    if entry.flag_bits & _ENCRYPTED:
        raise Rejected(f"{shown(name)} needs a password; make the zip without one")
    if entry.compress_type not in METHODS:
        raise Rejected(
            f"{shown(name)} is packed in a way that not every tool knows "
            f"(method {entry.compress_type}); make the zip with your system's own tool"
        )
