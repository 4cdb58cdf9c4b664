"""Writes a class as a plain table: one row a student, with everything that a number can say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ..grading.results import Result
from ..reports.grades_csv import quoted
from ..reports.printable import spreadsheet_cell
from ..reports.words import exact_points

COLUMNS = (
    "student", "status", "score", "max_score", "raw_score", "late_penalty", "submitted",
    "submitted_from", "held_out",
)  # fmt: skip


def plain_csv(results: Sequence[Result]) -> str:
    """The table, sorted by student, a column for each part behind the others.

    Times are in UTC as ISO 8601 has them. Nothing in it is a formula to a spreadsheet.
    """
    parts = list(dict.fromkeys(part.name for result in results for part in result.parts))
    rows: list[Iterable[str]] = [[*COLUMNS, *map(spreadsheet_cell, parts)]]
    rows += [_row(one, parts) for one in sorted(results, key=lambda result: result.student)]
    return "".join(f"{','.join(map(quoted, row))}\n" for row in rows)


def _row(result: Result, parts: Sequence[str]) -> list[str]:
    scored = result.score is not None
    points = result.part_points() if scored else {}
    penalty = 0.0 if result.late is None else result.late.penalty
    held_out = None if result.accuracy is None else result.accuracy.held_out
    return [
        spreadsheet_cell(result.student),
        result.status.value,
        _points(result.score),
        _points(result.max_score),
        _points(result.raw_score),
        _points(penalty if scored else None),
        "" if result.submitted is None else utc_text(result.submitted.time),
        "" if result.submitted is None else spreadsheet_cell(result.submitted.source),
        "" if held_out is None else f"{held_out:.4f}",
        *(_points(points.get(part)) for part in parts),
    ]


def utc_text(time: datetime) -> str:
    """ "2027-03-01T22:59:00Z"."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _points(points: float | None) -> str:
    return "" if points is None else exact_points(points)
