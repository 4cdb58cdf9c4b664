"""Fills the grades of an offline grading worksheet that was downloaded from Moodle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..grading.results import Result
from . import numbers
from .filling import Column, Filled, fill
from .matching import match
from .sheet import BadSheet, Sheet, read_sheet

IDENTIFIER, GRADE, WORTH = "Identifier", "Grade", "Maximum Grade"
NAMES = ("Email address", "ID number", "Username", "Full name")
"""Other columns by which a student may be known; which are there is up to the site."""
_NUMBER = re.compile(r"\D*(\d+)")
_FOLDER = re.compile(r".+_(\d+)_assignsubmission_[a-z]+_?")
"""How Moodle's own download names a student's folder: `Ada Lovelace_4711_assignsubmission_file`."""


def moodle(
    results: Sequence[Result],
    data: bytes,
    name: str,
    column: str | None = None,
    scaled: bool = False,
) -> Filled:
    """The worksheet `data`, read from the file `name`, with the scores in the column of grades.

    That is `column` where it is given, as in a worksheet in another language, else "Grade"; the
    first column holds the participants. Raises BadSheet where it is no such worksheet.
    """
    sheet = read_sheet(data, name)
    grade = sheet.column(column or GRADE)
    identifier = sheet.column(IDENTIFIER) or 0
    rows = [row for row in range(1, len(sheet.rows)) if _participant(sheet, row, identifier)]
    if grade is None or grade == identifier or not rows:
        raise BadSheet(
            f"{name}:1: expected a grading worksheet with the columns {IDENTIFIER} and "
            f"{column or GRADE}, found {', '.join(sheet.header()) or 'none'}; download it in "
            "Moodle: View all submissions → Download grading worksheet, and in another language "
            "name the column of the grades with --column"
        )
    places = [place for one in NAMES if (place := sheet.column(one)) is not None]

    def names(row: int) -> Iterable[str]:
        yield from (sheet.text(row, place) for place in places)
        yield from (sheet.text(row, identifier), _participant(sheet, row, identifier))

    def before_the_at(row: int) -> Iterable[str]:
        yield from (text.partition("@")[0] for text in names(row) if "@" in text)

    wanted = {result.student: _as_moodle_knows(result.student) for result in results}
    matches = match(wanted, rows, [names, before_the_at])
    worth = sheet.column(WORTH)
    first = numbers.read(sheet.text(rows[0], worth)) if worth is not None else None
    target = Column(grade, sheet.header()[grade], first, scaled)
    return fill(sheet, target, results, matches, rows)


def _as_moodle_knows(student: str) -> str:
    """A student's name, or the participant's number where it is a folder of Moodle's download."""
    match_ = _FOLDER.fullmatch(student)
    return match_[1] if match_ else student


def _participant(sheet: Sheet, row: int, identifier: int) -> str:
    """The number in "Participant 4711", "" in another row."""
    found = _NUMBER.fullmatch(sheet.text(row, identifier).strip())
    return found[1] if found else ""
