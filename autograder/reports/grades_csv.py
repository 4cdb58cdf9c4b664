"""Writes `grades.csv`, the table that an instructor opens in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from .. import atomic
from ..grading.results import Result
from .printable import spreadsheet_cell
from .words import exact_points

COLUMNS = ("student", "status", "score", "max_score")
# The comma, and what some countries' spreadsheets take for one, whatever the file says.
_SEPARATORS = frozenset(',;|"')


def write_grades(results: Iterable[Result], parts: Sequence[str], path: Path) -> None:
    """Write a row a student, sorted by student, and a column for each of `parts`.

    A result without a score leaves its score and its parts empty.
    """
    rows = [[*COLUMNS, *map(spreadsheet_cell, parts)]]
    rows += (_row(result, parts) for result in sorted(results, key=lambda one: one.student))
    atomic.write_text(path, "".join(f"{','.join(map(_quoted, row))}\n" for row in rows))


def _row(result: Result, parts: Sequence[str]) -> list[str]:
    points = {} if result.score is None else result.part_points()
    return [
        spreadsheet_cell(result.student),
        result.status.value,
        "" if result.score is None else exact_points(result.score),
        exact_points(result.max_score),
        *(exact_points(points[part]) if part in points else "" for part in parts),
    ]


def _quoted(cell: str) -> str:
    if _SEPARATORS.isdisjoint(cell):
        return cell
    return '"' + cell.replace('"', '""') + '"'
