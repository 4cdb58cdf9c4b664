"""Fills cells of a CSV file that another program wrote, and leaves every other byte as it was.

Reading a table and writing it again would change quotes, line ends, encodings and numbers, and with
them grades that nobody meant to touch.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field

_QUOTE, _LF, _CR = 0x22, 0x0A, 0x0D
_DELIMITERS = (b",", b";", b"\t")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class BadSheet(Exception):
    """The file can't be filled; the message says where, what was expected and what to do."""


@dataclass(frozen=True)
class Cell:
    """A cell and the bytes from `start` to `end` that it was read from, its quotes included."""

    text: str
    start: int
    end: int
    quoted: bool


@dataclass(frozen=True)
class Sheet:
    """A CSV file as rows of cells. `lines` are the lines on which the rows begin."""

    name: str
    data: bytes
    delimiter: str
    rows: tuple[tuple[Cell, ...], ...]
    lines: tuple[int, ...] = field(repr=False)

    def text(self, row: int, column: int) -> str:
        """What stands there, "" in a row that is too short."""
        cells = self.rows[row]
        return cells[column].text if column < len(cells) else ""

    def header(self) -> list[str]:
        return [cell.text for cell in self.rows[0]] if self.rows else []

    def column(self, *names: str) -> int | None:
        """Where the first of these headings stands, whatever its case; None where none does."""
        header = [text.strip().casefold() for text in self.header()]
        wanted = (name.strip().casefold() for name in names)
        return next((header.index(name) for name in wanted if name in header), None)

    def filled(self, cells: Mapping[tuple[int, int], str]) -> bytes:
        """The file with these texts, by row and column, in place of what stood there."""
        pieces: list[bytes] = []
        done = 0
        for start, end, new in sorted(self._change(*place, cells[place]) for place in cells):
            pieces += [self.data[done:start], new]
            done = end
        return b"".join([*pieces, self.data[done:]])

    def _change(self, row: int, column: int, text: str) -> tuple[int, int, bytes]:
        """Which bytes to replace by which."""
        here = self.rows[row]
        if column < len(here):
            cell = here[column]
            return cell.start, cell.end, self._written(text, cell.quoted)
        end, gap = here[-1].end, self.delimiter * (column - len(here) + 1)
        return end, end, gap.encode() + self._written(text, False)

    def _written(self, text: str, quoted: bool) -> bytes:
        if quoted or any(sign in text for sign in (self.delimiter, '"', "\r", "\n")):
            text = '"' + text.replace('"', '""') + '"'
        return text.encode("utf-8")


def read_sheet(data: bytes, name: str) -> Sheet:
    """The sheet of the file `name` with these bytes. Raises BadSheet.

    The delimiter is the comma, semicolon or tab that the first line has most of. What is not UTF-8
    is read as Western European, which is only for finding names: nothing of it is written.
    """
    if data.startswith(_WIDE):
        raise BadSheet(
            f"{name}: expected UTF-8 text, found UTF-16; save it as “CSV UTF-8”, or export it again"
        )
    begin = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    delimiter = _delimiter_of(data[begin:])
    rows: list[tuple[Cell, ...]] = []
    lines: list[int] = []
    position, line = begin, 1
    while position < len(data):
        row, after = _row(data, position, delimiter, f"{name}:{line}")
        rows.append(row)
        lines.append(line)
        line += data.count(b"\n", position, after) or 1
        position = after
    if not rows:
        raise BadSheet(f"{name}: expected a table, found an empty file; export it again")
    return Sheet(name, data, delimiter.decode(), tuple(rows), tuple(lines))


def _row(data: bytes, start: int, delimiter: bytes, where: str) -> tuple[tuple[Cell, ...], int]:
    """The cells of the row that begins at `start`, and where the next one begins."""
    cells: list[Cell] = []
    sign = delimiter[0]
    while True:
        cell = _cell(data, start, sign, where)
        cells.append(cell)
        end = cell.end
        if end >= len(data):
            return tuple(cells), end
        if data[end] == sign:
            start = end + 1
            continue
        return tuple(cells), end + (2 if data[end : end + 2] == b"\r\n" else 1)


def _cell(data: bytes, start: int, delimiter: int, where: str) -> Cell:
    position, quoted = start, data[start : start + 1] == b'"'
    if quoted:
        position += 1
        while True:
            closing = data.find(b'"', position)
            if closing < 0:
                raise BadSheet(
                    f"{where}: expected quotes that are closed, found some that are not; "
                    "export the file again"
                )
            position = closing + 1
            if data[position : position + 1] != b'"':
                break
            position += 1
    while position < len(data) and data[position] not in (delimiter, _LF, _CR):
        position += 1
    text = _decoded(data[start:position])
    if quoted:
        inner, _, rest = text[1:].rpartition('"')
        text = inner.replace('""', '"') + rest
    return Cell(text, start, position, quoted)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _delimiter_of(data: bytes) -> bytes:
    """What separates the cells of the first line, outside of quotes."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    inside = False
    for byte in data:
        if byte == _QUOTE:
            inside = not inside
        elif not inside and byte in (_LF, _CR):
            break
        elif not inside and bytes([byte]) in counts:
            counts[bytes([byte])] += 1
    return max(_DELIMITERS, key=counts.__getitem__)
