"""Writes `grades.csv`, the table that an instructor opens in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from .. import atomic
from ..grading.results import Result
from .printable import spreadsheet_cell
from .words import exact_points

COLUMNS = ("student", "status", "score", "max_score")
LATE_COLUMNS = ("raw_score", "late_penalty")
# The comma, and what some countries' spreadsheets take for one, whatever the file says.
_SEPARATORS = frozenset(',;|"')


def write_grades(results: Iterable[Result], parts: Sequence[str], path: Path) -> None:
    """Write a row a student, sorted by student, and a column for each of `parts`.

    A result without a score leaves its score and its parts empty. Where a rule for late work holds,
    two columns more say what the parts add up to and what lateness took off.
    """
    ordered = sorted(results, key=lambda one: one.student)
    late = LATE_COLUMNS if any(one.late is not None for one in ordered) else ()
    rows = [[*COLUMNS, *map(spreadsheet_cell, parts), *late]]
    rows += ([*_row(result, parts), *(_late(result) if late else ())] for result in ordered)
    atomic.write_text(path, "".join(f"{','.join(map(quoted, row))}\n" for row in rows))


def _row(result: Result, parts: Sequence[str]) -> list[str]:
    points = {} if result.score is None else result.part_points()
    return [
        spreadsheet_cell(result.student),
        result.status.value,
        "" if result.score is None else exact_points(result.score),
        exact_points(result.max_score),
        *(exact_points(points[part]) if part in points else "" for part in parts),
    ]


def _late(result: Result) -> list[str]:
    if result.raw_score is None or result.late is None:
        return ["", ""]
    return [exact_points(result.raw_score), exact_points(result.late.penalty)]


def quoted(cell: str) -> str:
    """`cell` as it stands in a CSV file, whatever a spreadsheet separates cells by."""
    if _SEPARATORS.isdisjoint(cell):
        return cell
    return '"' + cell.replace('"', '""') + '"'
