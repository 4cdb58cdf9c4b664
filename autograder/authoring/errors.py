"""Words what is wrong with an assignment's source: where, what was expected, what to do."""

from __future__ import annotations

from pathlib import Path

from ..course.errors import shown_path


class AuthoringError(Exception):
    """A source can't be released as it is; the message is `file:line: expected …, found …; do …`.

    Where several things are wrong, each has its line.
    """


def located(path: Path | str, line: int | None, expected: str, found: str, fix: str) -> str:
    """The message for one line of a file, or for the file as a whole where `line` is None."""
    where = shown_path(Path(path)) + ("" if line is None else f":{line}")
    return f"{where}: expected {expected}, found {found}; {fix}"
