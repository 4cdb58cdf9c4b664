"""Says which submissions a person should look at before anyone trusts the grades."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..grading.results import CheckResult, Outcome, Result, Status
from .words import exact_share, points_text

INTERNAL, REJECTED, TAMPERING, TIMEOUT = "internal", "rejected", "tampering", "timeout"
SURPRISE = "surprise"
_ORDER = (INTERNAL, REJECTED, TAMPERING, TIMEOUT, SURPRISE)
MUCH_LOWER = 0.15
"""A share of all points that hidden checks cost, though the self-check had promised them."""


@dataclass(frozen=True)
class Attention:
    """A submission that needs a person, and why."""

    student: str
    reason: str
    detail: str


def needs_a_person(results: Iterable[Result]) -> list[Attention]:
    """The grader's own failures first, then rejected, attempts at the grader, out of time, and
    those who got much less than their self-check had promised.
    """
    found = [one for result in results if (one := _attention(result)) is not None]
    return sorted(found, key=lambda one: (_ORDER.index(one.reason), one.student))


def _attention(result: Result) -> Attention | None:
    if result.status is Status.INTERNAL:
        detail = _titles(result, Outcome.UNGRADABLE, "Could not be checked")
        return Attention(result.student, INTERNAL, detail or " ".join(result.notes))
    if result.status is Status.REJECTED:
        detail = " ".join(note.removeprefix("Rejected: ") for note in result.notes)
        return Attention(result.student, REJECTED, detail)
    for reason, detail in (
        (TAMPERING, _tampering(result)),
        (TIMEOUT, _titles(result, Outcome.TIMEOUT, "Ran out of time")),
        (SURPRISE, _surprise(result)),
    ):
        if detail:
            return Attention(result.student, reason, detail)
    return None


def _tampering(result: Result) -> str:
    """What no honest submission does, "" where there is nothing of it."""
    parts = [part.name for part in result.parts if any(one.tampered for one in part.checks)]
    if parts:
        return f"Sent the grader what only forged messages look like: {', '.join(parts)}"
    accuracy = result.accuracy
    if accuracy is None or accuracy.held_out is None or accuracy.marked is None:
        return ""
    if accuracy.held_out >= accuracy.threshold and accuracy.marked < accuracy.held_out / 2:
        return (
            f"{exact_share(accuracy.held_out)} of the held-out images right, but "
            f"{exact_share(accuracy.marked)} of those with this run's mark: not trained on this "
            "run's images"
        )
    return ""


def _surprise(result: Result) -> str:
    """How much less there is than the self-check had promised, "" where it is little."""
    checks = [check for part in result.parts if part.attempted for check in part.checks]
    visible = [check for check in checks if check.visible]
    got, most = _points(visible)
    if not got or not result.max_score or result.score is None:
        return ""
    promised = got / most
    attempted = sum(check.max_points for check in checks)
    reached = sum(check.points for check in checks) / attempted
    if promised - reached < MUCH_LOWER:
        return ""
    hidden, possible = _points([check for check in checks if not check.visible])
    return (
        f"{points_text(got)} of {points_text(most)} in the self-check, but only "
        f"{points_text(hidden)} of {points_text(possible)} for hidden checks"
    )


def _points(checks: list[CheckResult]) -> tuple[float, float]:
    return sum(check.points for check in checks), sum(check.max_points for check in checks)


def _titles(result: Result, outcome: Outcome, what: str) -> str:
    """ "What in part (3 checks), part (1 check)", or "" where nothing ended so."""
    counts = {
        part.name: sum(check.outcome is outcome for check in part.checks) for part in result.parts
    }
    listed = ", ".join(
        f"{name} ({count} check{'s' if count > 1 else ''})"
        for name, count in counts.items()
        if count
    )
    return f"{what}: {listed}" if listed else ""
