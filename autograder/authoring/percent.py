"""Cuts a percent-format script by its cells, so that a part's worker gets its own probes only."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ..course_errors import shown_path

_HEADER = re.compile(r"#\s*%%(?!%)(?P<options>.*)")
_PART = re.compile(r"\bpart\b(?:\s*=\s*(?:\"(?P<name>[^\"]*)\")?)?")


class PercentError(Exception):
    """A cell's header can't be understood; the message is `file:line: expected …, found …; do …`."""


@dataclass(frozen=True)
class Cell:
    """A cell with its header on line `begin` (from 1), up to and without line `end`.

    `part` is the part that it belongs to, None where it belongs to all.
    """

    begin: int
    end: int
    part: str | None


def cells(text: str, path: Path | str = "probes.py") -> list[Cell]:
    """The cells of `text` in order, all its lines; what stands before the first header is one too.

    Raises PercentError where `part=` is not followed by a name in double quotes.
    """
    starts: list[tuple[int, str | None]] = [(1, None)]
    for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
        line, column = token.start
        header = _HEADER.fullmatch(token.string) if token.type == tokenize.COMMENT else None
        if header is not None and column == 0:
            if line == 1:
                starts.clear()
            starts.append((line, _part(header["options"], line, path)))
    ends = [line for line, _ in starts[1:]] + [len(text.split("\n")) + 1]
    return [Cell(line, end, part) for (line, part), end in zip(starts, ends, strict=True)]


def for_part(text: str, part: str, path: Path | str = "probes.py") -> str:
    """`text` with blank lines for the cells of all other parts; line numbers stay as they are."""
    lines = text.split("\n")
    for cell in cells(text, path):
        if cell.part not in (None, part):
            lines[cell.begin - 1 : cell.end - 1] = [""] * (cell.end - cell.begin)
    return "\n".join(lines)


def expect_known_parts(text: str, path: Path | str, parts: Collection[str]) -> None:
    """Raises PercentError where a cell belongs to no part of the assignment."""
    for cell in cells(text, path):
        if cell.part is not None and cell.part not in parts:
            raise PercentError(
                f"{shown_path(Path(path))}:{cell.begin}: expected one of the parts "
                f"{', '.join(parts)}, found {cell.part!r}; name one of them"
            )


def _part(options: str, line: int, path: Path | str) -> str | None:
    found = _PART.search(options)
    if found is None:
        return None
    if not found["name"]:
        raise PercentError(
            f'{shown_path(Path(path))}:{line}: expected part="name", '
            f"found {options.strip()!r}; name the part in double quotes"
        )
    return found["name"]
