"""Says which submissions a person should look at before anyone trusts the grades."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..grading.results import Outcome, Result, Status

INTERNAL, REJECTED, TIMEOUT = "internal", "rejected", "timeout"
_ORDER = (INTERNAL, REJECTED, TIMEOUT)


@dataclass(frozen=True)
class Attention:
    """A submission that needs a person, and why."""

    student: str
    reason: str
    detail: str


def needs_a_person(results: Iterable[Result]) -> list[Attention]:
    """The grader's own failures first, then what was rejected, then what ran out of time."""
    found = [one for result in results if (one := _attention(result)) is not None]
    return sorted(found, key=lambda one: (_ORDER.index(one.reason), one.student))


def _attention(result: Result) -> Attention | None:
    if result.status is Status.INTERNAL:
        detail = _titles(result, Outcome.UNGRADABLE, "Could not be checked")
        return Attention(result.student, INTERNAL, detail or " ".join(result.notes))
    if result.status is Status.REJECTED:
        detail = " ".join(note.removeprefix("Rejected: ") for note in result.notes)
        return Attention(result.student, REJECTED, detail)
    detail = _titles(result, Outcome.TIMEOUT, "Ran out of time")
    return Attention(result.student, TIMEOUT, detail) if detail else None


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
