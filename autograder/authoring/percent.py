"""Cuts a percent-format script by its cells, so that a part's worker gets its own probes only."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from .errors import AuthoringError, located

_HEADER = re.compile(r"#\s*%%(?!%)(?P<options>.*)")
_PART = re.compile(r"\bpart\b(?:\s*=\s*(?:\"(?P<name>[^\"]*)\")?)?")


class PercentError(AuthoringError):
    """A cell's header can't be understood."""


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
            expected, found = f"one of the parts {', '.join(parts)}", repr(cell.part)
            raise PercentError(located(path, cell.begin, expected, found, "name one of them"))


def _part(options: str, line: int, path: Path | str) -> str | None:
    found = _PART.search(options)
    if found is None:
        return None
    if not found["name"]:
        fix = "name the part in double quotes"
        raise PercentError(located(path, line, 'part="name"', repr(options.strip()), fix))
    return found["name"]
