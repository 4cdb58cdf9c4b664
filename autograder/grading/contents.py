"""Collects the files of a submission within its limits, whatever they were read from."""

from __future__ import annotations

import os
import unicodedata

from ..printable import cut, printable

CLUTTER = frozenset(
    {"__pycache__", ".ipynb_checkpoints", ".git", ".venv", "venv", "__MACOSX", ".pytest_cache"}
)
DATA_SET = ("-ubyte", "-ubyte.gz")
"""How the files of a downloaded data set end: the grader brings its own."""
MAX_NAME = 200
"""Bytes in the name of a file or folder; file systems stop at 255."""
MAX_DEPTH = 12
MAX_ENTRIES = 10_000
"""Files and folders that are looked at, also those that are left out."""
SHOWN = 80


class Rejected(Exception):
    """The submission can't be read safely; the message tells the student why."""


Parts = tuple[str, ...]
"""A path within the submission, as the names on the way."""


class Contents:
    """The files of one submission by their paths; refuses with Rejected what breaks a limit."""

    def __init__(self, most_bytes: int, most_files: int) -> None:
        self.files: dict[str, bytes] = {}
        self._most_bytes, self._most_files = most_bytes, most_files
        self._bytes = self._entries = 0
        self._folders: set[str] = set()

    def look_at(self) -> None:
        """Count one more file or folder."""
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            raise Rejected(
                f"the submission holds more than {MAX_ENTRIES:,} files and folders; "
                "hand in only what you wrote"
            )

    def enter(self, parts: Parts) -> None:
        """Take note of a folder."""
        _require_fit(parts)
        for length in range(1, len(parts) + 1):
            folder = "/".join(parts[:length])
            if folder in self.files:
                raise Rejected(f"{shown(folder)} is both a file and a folder; rename one of them")
            self._folders.add(folder)

    def admit(self, parts: Parts, size: int) -> None:
        """Take note of a file before anything of it is read."""
        _require_fit(parts)
        self.enter(parts[:-1])
        name = "/".join(parts)
        if name in self._folders:
            raise Rejected(f"{shown(name)} is both a file and a folder; rename one of them")
        if name in self.files:
            raise Rejected(f"{shown(name)} is there twice; hand in one of them")
        self._bytes += size
        if self._bytes > self._most_bytes:
            raise Rejected(
                f"the submission is larger than {self._most_bytes >> 20} MB "
                f"(reached at {shown(name)}); leave data sets and results out"
            )
        if len(self.files) >= self._most_files:
            raise Rejected(
                f"the submission has more than {self._most_files} files; "
                "hand in only what you wrote"
            )

    def keep(self, parts: Parts, content: bytes) -> None:
        """The content of a file that was admitted."""
        self.files["/".join(parts)] = content


def is_left_out(parts: Parts) -> bool:
    """Is this one of the files that tools leave behind, or a downloaded data set?"""
    return any(part in CLUTTER or part.endswith(DATA_SET) for part in parts)


def text_of(name: str) -> str:
    """A name from a file system or an archive as text that a program can be written with.

    What is not UTF-8 was Latin-1 on the system that it comes from. Accents are written the way
    keyboards and Python's identifiers have them, not as some systems take them apart.
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        name = os.fsencode(name).decode("latin-1")
    return unicodedata.normalize("NFC", name)


def shown(name: str) -> str:
    """A name as it can be written into a message: short, and nothing in it acts."""
    return printable(cut(name, SHOWN))


def _require_fit(parts: Parts) -> None:
    if len(parts) > MAX_DEPTH:
        raise Rejected(
            f"{shown('/'.join(parts))} lies more than {MAX_DEPTH} folders deep; "
            "hand in fewer folders within folders"
        )
    for part in parts:
        if len(part.encode("utf-8")) > MAX_NAME:
            raise Rejected(
                f"{shown(part)} is a name of more than {MAX_NAME} bytes; give it a shorter one"
            )
