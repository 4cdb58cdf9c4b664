"""Says what a grading changed: whose status, score or points are not what they were before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..grading.results import Result, Standing
from .words import exact_points


@dataclass(frozen=True)
class Change:
    """One student whose result is another one now, in words."""

    student: str
    before: str
    now: str
    score: str
    """ "+4.0", or "" where there is no score to compare."""
    parts: str
    """ "loaders +4.0, model -1.0"."""


def changes_of(results: Iterable[Result], before: Mapping[str, Standing]) -> list[Change]:
    """Those who stood otherwise `before`, by student; who has no earlier result is none."""
    pairs = ((one, before[one.student]) for one in results if one.student in before)
    changed = (change_from(was, one.standing(), one.student) for one, was in pairs)
    return sorted((one for one in changed if one), key=lambda one: one.student)


def change_from(before: Standing, now: Standing, student: str) -> Change | None:
    """None where nothing changed."""
    if before == now:
        return None
    score = ""
    if before.score is not None and now.score is not None:
        score = signed(now.score - before.score)
    parts = (
        f"{name} {signed(points - before.parts[name])}"
        for name, points in now.parts.items()
        if name in before.parts and points != before.parts[name]
    )
    return Change(student, _short(before), _short(now), score, ", ".join(parts))


def signed(points: float) -> str:
    """ "+4.0", "-1.5"."""
    return ("+" if points > 0 else "") + exact_points(points)


def _short(standing: Standing) -> str:
    return standing.status.value if standing.score is None else exact_points(standing.score)
