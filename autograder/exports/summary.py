"""Writes a class as Markdown, for the summary that GitHub shows above the log of a workflow."""

from __future__ import annotations

from collections.abc import Sequence

from ..grading.results import PartResult, Result
from ..printable import cut, printable
from ..reports.attention import needs_a_person
from ..reports.words import exact_share, points_text, score_text

_ACTIVE = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]()#+-.!|<>~&@:$"})


def summary(results: Sequence[Result], title: str) -> str:
    """A table with a row a student, the parts as columns, and who needs a person."""
    ordered = sorted(results, key=lambda result: result.student)
    parts = {part.name: part for result in ordered for part in result.parts}
    head = ["student", "status", "score", *map(_head, parts.values()), "held-out accuracy"]
    rows = [head, ["---", "---", *(["---:"] * (len(parts) + 2))]]
    rows += [_row(result, list(parts)) for result in ordered]
    lines = [f"## {escaped(title)}", "", *(f"| {' | '.join(row)} |" for row in rows)]
    late = [one for one in ordered if one.late is not None and one.late.penalty]
    if late:
        lines += ["", "**Late**", ""]
        lines += [f"- {escaped(one.student)}: {_explained(one)}" for one in late]
    attention = needs_a_person(ordered)
    if attention:
        lines += ["", "**Look at these first**", ""]
        lines += [
            f"- {escaped(one.student)}: {one.reason}. {escaped(one.detail)}" for one in attention
        ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """A text in which nothing is Markdown, HTML or a mention."""
    return printable(cut(text, 1_000)).translate(_ACTIVE)


def _head(part: PartResult) -> str:
    return f"{escaped(part.name)} (of {points_text(part.max_points)})"


def _row(result: Result, parts: Sequence[str]) -> list[str]:
    points = result.part_points() if result.score is not None else {}
    held_out = None if result.accuracy is None else result.accuracy.held_out
    return [
        escaped(result.student),
        result.status.value,
        score_text(result),
        *(points_text(points[part]) if part in points else "" for part in parts),
        "" if held_out is None else exact_share(held_out),
    ]


def _explained(result: Result) -> str:
    return "" if result.late is None else escaped(result.late.explanation)
