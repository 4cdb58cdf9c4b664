"""Finds and cuts the solution and hidden regions of a text, so that one rule holds everywhere.

A region stands between two markers, each a comment on a line of its own:
`### BEGIN SOLUTION` … `### END SOLUTION` and `### BEGIN HIDDEN TESTS` … `### END HIDDEN TESTS`.
In Python a marker within a string is text. Whatever else could be mistaken for a marker stops
with a RegionError. Line numbers count from 1.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .errors import AuthoringError, located
from .markers import Marker, RegionKind, counterpart, marker_of, meant_marker

TextKind = Literal["python", "text"]
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_BLANK_LINES = 2
_TRAILING = re.compile(r"(?<![`'\"#\w])#+\s*(BEGIN|END)\s+(SOLUTION|HIDDEN)", re.IGNORECASE)


class RegionError(AuthoringError):
    """A text can't be cut safely."""


@dataclass(frozen=True)
class Region:
    """The lines from the marker `begin` to the marker `end`, both included."""

    kind: RegionKind
    begin: int
    end: int
    indent: str

    @property
    def lines(self) -> range:
        return range(self.begin, self.end + 1)


@dataclass(frozen=True)
class _Comment:
    line: int
    text: str
    before: str
    """What stands on the line before the comment."""


def kind_of(path: Path | str) -> TextKind:
    return "python" if Path(path).suffix in (".py", ".pyi") else "text"


def scan(text: str, path: Path | str, kind: TextKind | None = None) -> tuple[Region, ...]:
    """The regions of `text` in order; `path` gives the kind and stands in the errors.

    Raises RegionError for a marker that is unclosed, nested, stray, mismatched, misspelt, not on
    a line of its own or not indented like its other end, and for Python that can't be parsed.
    """
    regions: list[Region] = []
    open_marker: Marker | None = None
    opened = _Comment(0, "", "")
    is_python = (kind or kind_of(path)) == "python"
    for comment in (_python_comments if is_python else _text_comments)(text, path):
        marker = _marker_at(comment, path)
        if marker is None:
            continue
        if open_marker is None:
            if not marker.opens:
                wanted = counterpart(marker).text
                fix = "put that before the region, or remove this marker"
                raise region_error(path, comment.line, f"{wanted!r} above", f"{marker.text!r}", fix)
            open_marker, opened = marker, comment
            continue
        _expect_end(open_marker, opened, marker, comment, path)
        regions.append(Region(marker.kind, opened.line, comment.line, opened.before))
        open_marker = None
    if open_marker is not None:
        wanted = f"{counterpart(open_marker).text!r} below"
        fix = "close the region that begins here"
        raise region_error(path, opened.line, wanted, "the end of the file", fix)
    if is_python and regions:
        _expect_whole_definitions(text, regions, path)
    return tuple(regions)


def hidden_lines(text: str, path: Path | str) -> frozenset[int]:
    """The numbers of the lines that no student sees, those of the markers included."""
    regions = scan(text, path)
    return frozenset(n for region in regions if region.kind == "hidden" for n in region.lines)


def clear_solutions(text: str, path: Path | str, stub: Callable[[Region], str] | str) -> str:
    """`text` with a stub in place of each solution, indented like its first marker.

    Raises RegionError as `scan` does, and where what is left would not be Python.
    """
    replaced = [region for region in scan(text, path) if region.kind == "solution"]
    lines = text.split("\n")
    for region in reversed(replaced):
        words = stub if isinstance(stub, str) else stub(region)
        stub_lines = [(region.indent + line).rstrip() for line in words.split("\n") if words]
        lines[region.begin - 1 : region.end] = stub_lines
    return _still_parsing("\n".join(lines), replaced, path)


def cut_hidden(text: str, path: Path | str) -> str:
    """`text` without its hidden regions, and without the gaps these would leave.

    Raises RegionError as `scan` does, and where what is left would not be Python.
    """
    hidden = [region for region in scan(text, path) if region.kind == "hidden"]
    lines = text.split("\n")
    for region in reversed(hidden):
        above, below = lines[: region.begin - 1], lines[region.end :]
        gap = min(max(_pop_blank(above), _pop_blank(below, first=True)), _BLANK_LINES)
        lines = above + [""] * (gap if above and below else 0) + below
        if not below:
            lines.append("")
    return _still_parsing("\n".join(lines), hidden, path)


def strip_markers(text: str, path: Path | str) -> str:
    """`text` with what the regions hold, and without their markers."""
    marked = {n for region in scan(text, path) for n in (region.begin, region.end)}
    lines = text.split("\n")
    return "\n".join(line for n, line in enumerate(lines, start=1) if n not in marked)


def region_error(path: Path | str, line: int, expected: str, found: str, fix: str) -> RegionError:
    """The error for one line of a source file."""
    return RegionError(located(path, line, expected, found, fix))


def _python_comments(text: str, path: Path | str) -> Iterator[_Comment]:
    try:
        ast.parse(text)
        lines = text.split("\n")
        for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                yield _Comment(line, token.string.rstrip(), lines[line - 1][:column])
    except (SyntaxError, ValueError, tokenize.TokenError) as error:
        line = getattr(error, "lineno", None) or 1
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        fix = "correct this line or the one before it"
        raise region_error(path, line, "Python that can be parsed", message, fix) from None


def _text_comments(text: str, path: Path | str) -> Iterator[_Comment]:
    """Every line that begins like a comment or a heading, or in capitals as a marker does."""
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        decoration = re.match(r"(?:[-*>`/%;\s]|<!--)*", stripped)
        rest = stripped[decoration.end() :] if decoration else stripped
        if re.match(r"#|BEGIN\b|END\b", rest) or "<!--" in line or _TRAILING.search(line):
            yield _Comment(number, stripped, line[: len(line) - len(line.lstrip())])


def _marker_at(comment: _Comment, path: Path | str) -> Marker | None:
    marker = marker_of(comment.text)
    if marker is None:
        meant = meant_marker(comment.text)
        if meant is None:
            return None
        fix = "write the marker exactly, on a line of its own, or reword the comment"
        raise region_error(path, comment.line, repr(meant.text), repr(comment.text), fix)
    if comment.before.strip():
        found = repr((comment.before + comment.text).strip())
        fix = "move the marker"
        raise region_error(path, comment.line, f"{marker.text!r} on a line of its own", found, fix)
    return marker


def _expect_end(
    open_marker: Marker, opened: _Comment, marker: Marker, comment: _Comment, path: Path | str
) -> None:
    wanted = counterpart(open_marker)
    if marker != wanted:
        expected = f"{wanted.text!r} for the region that begins on line {opened.line}"
        fix = "close one region before the next, regions don't nest"
        raise region_error(path, comment.line, expected, f"{marker.text!r}", fix)
    if comment.before != opened.before:
        expected = f"{wanted.text!r} indented as its begin on line {opened.line} is"
        found = f"{len(comment.before)} characters of indentation for {len(opened.before)}"
        raise region_error(path, comment.line, expected, found, "indent both markers alike")


def _expect_whole_definitions(text: str, regions: list[Region], path: Path | str) -> None:
    """A decorator left behind by its function would go to the next one without a word."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, Definition):
            continue
        for decorator in node.decorator_list:
            for region in regions:
                if decorator.lineno < region.begin <= node.lineno <= region.end:
                    expected = f"the decorator of {node.name!r} in the region too"
                    found = "it above the region"
                    fix = f"move the marker of line {region.begin} above the decorator"
                    raise region_error(path, decorator.lineno, expected, found, fix)


def _pop_blank(lines: list[str], *, first: bool = False) -> int:
    """Drop the blank lines at the end, or at the start, and say how many there were."""
    count = 0
    while lines and not lines[0 if first else -1].strip():
        lines.pop(0 if first else -1)
        count += 1
    return count


def _still_parsing(text: str, cut: Iterable[Region], path: Path | str) -> str:
    if kind_of(path) == "python":
        try:
            ast.parse(text)
        except SyntaxError as error:
            begins = [region.begin for region in cut]
            found = f"{error.msg} once the regions are cut"
            fix = "let each region hold whole statements and leave every block a line"
            where = begins[0] if begins else error.lineno or 1
            raise region_error(
                path, where, "regions that leave Python behind", found, fix
            ) from None
    return text
