"""Renders what a self-check found as the lines of a table: parts, points, what is still hidden."""

from __future__ import annotations

from collections.abc import Sequence

from .manifest import ListedPart, Manifest
from .outcome import ERROR, FAILED, NOT_ATTEMPTED, PASSED, Outcome


def points_text(points: float) -> str:
    """5.0 as "5", 2.5 as "2.5"."""
    return f"{points:g}"


def table(manifest: Manifest, outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each part that was looked at, the sum, and what hidden checks will look at."""
    looked_at = {outcome.check.part for outcome in outcomes}
    parts = [part for part in manifest.parts if part.name in looked_at]
    if not parts:
        return []
    width = max(len(part.name) for part in parts)
    lines = [_row(part, outcomes, width) for part in parts]
    reached = sum(outcome.points() for outcome in outcomes)
    possible = sum(outcome.check.points for outcome in outcomes)
    total = sum(part.points for part in manifest.parts)
    lines.append("")
    lines.append(
        f"{points_text(reached)} of {points_text(possible)} points in these checks. "
        f"Public checks only: {points_text(public_points(manifest))} of {points_text(total)} "
        "points."
    )
    return lines + hidden_lines(manifest)


def public_points(manifest: Manifest) -> float:
    return sum(part.public_points() for part in manifest.parts)


def hidden_lines(manifest: Manifest) -> list[str]:
    """What the hidden checks look at, by their titles."""
    lines = []
    for part in manifest.parts:
        hidden = [check for check in part.checks if not check.visible]
        if hidden:
            points = points_text(sum(check.points for check in hidden))
            lines.append(f"  {part.name} ({points} hidden point{'s' * (points != '1')})")
            lines += [f"    - {check.title}" for check in hidden]
    return ["The hidden checks will also look at:", *lines] if lines else []


def _row(part: ListedPart, outcomes: Sequence[Outcome], width: int) -> str:
    mine = [outcome for outcome in outcomes if outcome.check.part == part.name]
    reached = points_text(sum(outcome.points() for outcome in mine))
    possible = points_text(sum(outcome.check.points for outcome in mine))
    return f"{part.name:<{width}}  {reached:>4} of {possible:<4} {_state(mine)}"


def _state(outcomes: Sequence[Outcome]) -> str:
    kinds = [outcome.kind for outcome in outcomes]
    if all(kind == PASSED for kind in kinds):
        return "all passed"
    if all(kind == NOT_ATTEMPTED for kind in kinds):
        return "not attempted"
    words = [
        f"{kinds.count(kind)} {word}"
        for kind, word in (
            (PASSED, "passed"),
            (FAILED, "failed"),
            (ERROR, "stopped by an error"),
            (NOT_ATTEMPTED, "not attempted"),
        )
        if kind in kinds
    ]
    return ", ".join(words)
