"""Decides what goes into which cell of a gradebook's column, and what to tell the instructor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..grading.results import Result
from ..selfcheck.table import points_text
from . import numbers
from .matching import Matches
from .sheet import BadSheet, Sheet
from .words import some_of

SHOWN = 10
"""How many names a sentence holds."""


@dataclass(frozen=True)
class Filled:
    """The file with the grades in it, and sentences for the instructor."""

    data: bytes
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """The column to fill: where it stands, and out of how many points it is, if the sheet says."""

    place: int
    name: str
    worth: float | None
    scaled: bool = False
    """Turn points into those of the column, where that is out of another number?"""


def fill(
    sheet: Sheet, column: Column, results: Sequence[Result], matches: Matches, rows: Collection[int]
) -> Filled:
    """`sheet` with the score of each result in its row; `rows` are those of students.

    A cell that is right already keeps its bytes, and one that holds a word (excused, not assigned)
    keeps it. Raises BadSheet where the column is out of other points and they are not to be scaled.
    """
    sign = numbers.decimal_sign(sheet, column.place)
    remarks = matches.remarks(f"the table {sheet.name}")
    unscored: list[str] = []
    words: list[str] = []
    changed: list[str] = []
    cells: dict[tuple[int, int], str] = {}
    for result in results:
        row = matches.rows.get(result.student)
        if row is None:
            continue
        if result.score is None:
            unscored.append(f"{result.student} ({result.status.value})")
            continue
        before = sheet.text(row, column.place).strip()
        text = numbers.written(_in_points(result, column, sheet.name), sign)
        number = numbers.read(before)
        if before and number is None:
            words.append(f"{result.student} ({before})")
        elif number is None or number != numbers.read(text):
            cells[row, column.place] = text
            changed += [f"{result.student} ({before} → {text})"] if before else []
    remarks += _told("Without a score, so left as it was", unscored)
    remarks += _told("The cell holds a word, so it was left", words)
    remarks += _told("Another grade was there before", changed)
    others = [sheet.text(row, 0).strip() for row in rows if row not in matches.rows.values()]
    remarks += _told("Nothing handed in, so left as it was", others)
    return Filled(sheet.filled(cells), tuple(remarks))


def _in_points(result: Result, column: Column, where: str) -> float:
    assert result.score is not None
    if column.worth is None or column.worth == result.max_score:
        return result.score
    if not column.scaled:
        raise BadSheet(
            f"{where}: expected the column {column.name!r} out of "
            f"{points_text(result.max_score)} points, found {points_text(column.worth)}; change "
            "that there and export the file again, or give --scale"
        )
    return result.score * column.worth / result.max_score


def _told(what: str, whom: list[str]) -> list[str]:
    if not whom:
        return []
    return [f"{what}: {some_of(whom, SHOWN, '; ')}."]
