"""Fills the assignment's column of a gradebook that was exported from Canvas."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..grading.results import Result
from . import numbers
from .filling import Column, Filled, fill
from .matching import match
from .sheet import BadSheet, Sheet, read_sheet

KEYS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
"""The columns by which Canvas knows a student, as its own export names them."""
POSSIBLE = "Points Possible"
READ_ONLY = "(read only)"
_ASSIGNMENT = re.compile(r"(.+) \(\d+\)")


def canvas(
    results: Sequence[Result],
    data: bytes,
    name: str,
    title: str,
    column: str | None = None,
    scaled: bool = False,
) -> Filled:
    """The gradebook `data`, read from the file `name`, with the scores in one column.

    That is `column` where it is given, else the one called `title`, Canvas's number behind it.
    Raises BadSheet where it is no such gradebook, or no or several columns may be meant.
    """
    sheet = read_sheet(data, name)
    known = [place for key in KEYS if (place := sheet.column(key)) is not None]
    if sheet.column("ID") is None or sheet.column("Section") is None:
        raise BadSheet(
            f"{name}:1: expected a gradebook with the columns ID and Section, found "
            f"{', '.join(sheet.header()[:5]) or 'none'}; export it in Canvas: Grades → Export"
        )
    above = _rows_above(sheet)
    place = _place(sheet, title, column, above)
    worth = numbers.read(sheet.text(above[-1], place)) if above else None
    rows = [
        row
        for row in range(1, len(sheet.rows))
        if row not in above and any(sheet.text(row, key).strip() for key in known)
    ]

    def names(row: int) -> list[str]:
        return [sheet.text(row, key) for key in known]

    matches = match({result.student: result.student for result in results}, rows, [names])
    target = Column(place, sheet.header()[place], worth, scaled)
    return fill(sheet, target, results, matches, rows)


def _rows_above(sheet: Sheet) -> list[int]:
    """The rows between the heading and the students, down to that of the possible points."""
    last = next(
        (row for row in range(1, len(sheet.rows)) if sheet.text(row, 0).strip() == POSSIBLE), 0
    )
    return list(range(1, last + 1))


def _place(sheet: Sheet, title: str, column: str | None, above: list[int]) -> int:
    header = [text.strip() for text in sheet.header()]
    assignments = [
        place
        for place, text in enumerate(header)
        if _ASSIGNMENT.fullmatch(text)
        and not any(sheet.text(row, place).strip() == READ_ONLY for row in above)
    ]
    if column is not None:
        found = [place for place in assignments if header[place] == column.strip()]
    else:
        found = [
            place
            for place in assignments
            if (parts := _ASSIGNMENT.fullmatch(header[place]))
            and parts[1].casefold() == title.casefold()
        ]
    if len(found) == 1:
        return found[0]
    wanted = repr(column) if column is not None else f"'{title} (…)'"
    listed = ", ".join(repr(header[place]) for place in assignments) or "none"
    raise BadSheet(
        f"{sheet.name}:1: expected one assignment's column {wanted}, found {len(found)}; "
        f"name one with --column: {listed}"
    )
