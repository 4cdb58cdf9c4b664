"""Puts what a student is told in order, once, for the page, the terminal and Markdown alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..grading.figures import Figure
from ..grading.results import CheckResult, Frame, Outcome, PartResult, Result
from .disclosure import Rules, for_student
from .words import (
    NOT_ATTEMPTED,
    Ending,
    ending_of,
    points_text,
    share_text,
    verdict,
    why_unattempted,
)


@dataclass(frozen=True)
class ToldCheck:
    """One check as it is told; empty texts are left out."""

    anchor: str
    title: str
    ending: Ending
    worth: str
    """ "0 of 4", or "" where points are not told check by check."""
    message: str
    expected: str
    found: str
    frames: tuple[Frame, ...]
    hint: str
    reread: str
    figures: tuple[Figure, ...]
    same_as: ToldCheck | None
    """The check above that ended for the same cause, which is told there."""

    @property
    def is_explained(self) -> bool:
        """Is there more to it than its title?"""
        says = (self.message, self.expected, self.found, self.hint, self.frames, self.figures)
        return any(says) or self.same_as is not None


@dataclass(frozen=True)
class ToldPart:
    """One part as it is told."""

    anchor: str
    title: str
    points: float
    max_points: float
    share: float
    why_unattempted: str
    """ "" where it was attempted."""
    visible: tuple[ToldCheck, ...]
    hidden: tuple[ToldCheck, ...]
    hidden_points: str


@dataclass(frozen=True)
class Told:
    """Everything that a student is told."""

    title: str
    student: str
    score: str
    """ "" where there is none."""
    max_score: str
    verdict: str
    lateness: str
    """ "" where nobody asks when it was handed in."""
    notes: tuple[str, ...]
    parts: tuple[ToldPart, ...]
    closing: tuple[str, ...]
    digest: str


def tell(result: Result, rules: Rules, title: str = "") -> Told:
    """What the student of `result` is told; `title` is the assignment's, else its name."""
    result = for_student(result, rules)
    scored = result.score is not None
    return Told(
        title=title or result.assignment,
        student=result.student,
        score="" if result.score is None else points_text(result.score),
        max_score=points_text(result.max_score),
        verdict=verdict(result),
        lateness="" if result.late is None else result.late.explanation,
        notes=result.notes,
        parts=tuple(_part(part, number, scored) for number, part in enumerate(result.parts, 1)),
        closing=tuple(_closing(result)),
        digest=result.submission_digest[:19],
    )


def cause_of(check: CheckResult) -> tuple[object, ...] | None:
    """What checks have in common that failed for one reason; None where that can't be told."""
    if check.outcome in (Outcome.ERROR, Outcome.TIMEOUT) and check.message:
        where = check.frames[-1:]
        return (check.outcome, check.message, where)
    if check.outcome is Outcome.FAILED and (check.expected or check.found):
        return (check.outcome, check.expected, check.found)
    unwritten = check.message.startswith(NOT_ATTEMPTED)
    if check.outcome is Outcome.FAILED and check.message and not unwritten:
        return (check.outcome, check.message)
    return None


def message_of(check: CheckResult) -> str:
    """The check's message, "" where expected and found already say all of it."""
    said = check.expected and check.found and check.found in check.message
    return "" if said else check.message


def _part(part: PartResult, number: int, scored: bool) -> ToldPart:
    anchor = f"part-{number}"
    hidden = [check for check in part.checks if not check.visible]
    got = points_text(sum(check.points for check in hidden))
    most = points_text(sum(check.max_points for check in hidden))
    return ToldPart(
        anchor=anchor,
        title=part.title,
        points=part.points,
        max_points=part.max_points,
        share=part.points / part.max_points if part.max_points else 0.0,
        why_unattempted="" if part.attempted else why_unattempted(part),
        visible=_told((check for check in part.checks if check.visible), part, f"{anchor}-check"),
        hidden=_told(hidden, part, f"{anchor}-hidden"),
        hidden_points=f"{got} of {most} points" if scored else "",
    )


def _told(checks: Iterable[CheckResult], part: PartResult, anchor: str) -> tuple[ToldCheck, ...]:
    told: list[ToldCheck] = []
    first: dict[tuple[object, ...], ToldCheck] = {}
    for number, check in enumerate(checks, 1):
        cause = cause_of(check)
        same_as = first.get(cause) if cause is not None else None
        one = _told_check(check, part, f"{anchor}-{number}", same_as)
        told.append(one)
        if cause is not None and same_as is None:
            first[cause] = one
    return tuple(told)


def _told_check(
    check: CheckResult, part: PartResult, anchor: str, same_as: ToldCheck | None
) -> ToldCheck:
    ending = ending_of(check)
    # What was never written needs no more words than its part has.
    says = part.attempted and ending.name not in ("passed", "unattempted")
    whole = says and same_as is None
    return ToldCheck(
        anchor=anchor,
        title=check.title,
        ending=ending,
        worth=f"{points_text(check.points)} of {points_text(check.max_points)}"
        if check.visible
        else "",
        message=message_of(check) if whole else "",
        expected=check.expected if whole else "",
        found=check.found if whole else "",
        frames=check.frames if whole else (),
        hint=check.hint if part.attempted and same_as is None else "",
        reread=check.reread if part.attempted and same_as is None else "",
        figures=check.figures,
        same_as=same_as,
    )


def _closing(result: Result) -> Iterable[str]:
    accuracy = result.accuracy
    if accuracy is None:
        return
    if accuracy.held_out is not None:
        yield (
            f"Your network got {share_text(accuracy.held_out)} of the held-out images right; "
            f"{share_text(accuracy.threshold)} are needed."
        )
    if accuracy.held_out is not None and len(accuracy.runs) > 1:
        shares = (run.held_out for run in accuracy.runs)
        each = ", ".join("none" if one is None else share_text(one) for one in shares)
        yield (
            f"It was trained {len(accuracy.runs)} times, as a run that comes close is repeated: "
            f"{each}."
        )
    gpu = ", on a GPU" if accuracy.device == "cuda" else ""
    yield f"Graded on {accuracy.data} images{gpu}."
