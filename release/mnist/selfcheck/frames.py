"""Cuts a traceback to the lines that the student wrote."""

from __future__ import annotations

import linecache
import sys
import traceback
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

MAX_FRAMES = 12
MAX_TEXT = 300
MAX_MESSAGE = 2_000


@dataclass(frozen=True)
class Frame:
    """A line of the student's code: file relative to the submission, line number, its text."""

    file: str
    line: int
    function: str
    text: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        place = where if self.function == "<module>" else f"{where} in {self.function}"
        return f"{place}\n    {self.text}" if self.text else place


def student_frames(
    trace: TracebackType | None, folder: Path, kit_files: Collection[str] = ()
) -> list[Frame]:
    """The frames of `trace` in files under `folder` or in notebook cells, outermost first.

    `kit_files` are the first path components under `folder` that aren't the student's.
    """
    frames = []
    for entry in traceback.extract_tb(trace):
        file = _student_file(entry.filename, folder, kit_files)
        if file is not None:
            text = (entry.line or linecache.getline(entry.filename, entry.lineno or 0)).strip()
            frames.append(Frame(file, entry.lineno or 0, entry.name, text[:MAX_TEXT]))
    return frames[-MAX_FRAMES:]


def message_of(error: BaseException) -> str:
    """One line for an exception that may misbehave when it is asked for its text."""
    name = type(error).__name__
    try:
        text = _syntax_error(error) if isinstance(error, SyntaxError) else str(error)
    except Exception:
        text = "(its message could not be shown)"
    return f"{name}: {text}"[:MAX_MESSAGE] if text else name


def _syntax_error(error: SyntaxError) -> str:
    place = f"{Path(str(error.filename)).name}:{error.lineno}: " if error.filename else ""
    return f"{place}{error.msg}" + (f": {error.text.strip()}" if error.text else "")


def _student_file(filename: str, folder: Path, kit_files: Collection[str]) -> str | None:
    if ".ipynb[cell " in filename:
        return filename
    if "ipykernel_" in filename or filename.startswith("<ipython-input-"):
        return "this notebook"
    path = Path(filename)
    try:
        relative = path.relative_to(folder)
    except ValueError:
        return None
    if (
        _is_installed(path, folder)
        or "site-packages" in relative.parts
        or relative.parts[0] in kit_files
    ):
        return None
    return relative.as_posix()


def _is_installed(path: Path, folder: Path) -> bool:
    """Is `path` in an environment that someone made within `folder`?"""
    environments = [Path(place) for place in (sys.prefix, sys.base_prefix)]
    return any(
        place.is_relative_to(folder) and path.is_relative_to(place) for place in environments
    )
