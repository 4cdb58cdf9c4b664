"""Decides what of a result its student may see; whatever is shown to students goes through here."""

from __future__ import annotations

from dataclasses import dataclass

from ..grading.figures import Curves, Figure, Gallery, Images
from ..grading.results import AccuracyResult, AccuracyRun, CheckResult, Result, Status
from .words import NOT_ATTEMPTED


@dataclass(frozen=True)
class Rules:
    """How much students see. Of a hidden check it is the title, the outcome and the hint at most.

    Without `details` there are points and nothing else, without `expected` no expected values.
    Labels of held-out images show where they are `revealed`.
    """

    details: bool = True
    expected: bool = True
    revealed: bool = False


def for_student(result: Result, rules: Rules) -> Result:
    """`result` with what its student may not see taken out, figures included."""
    parts = tuple(
        part.model_copy(update={"checks": tuple(_check(one, rules) for one in part.checks)})
        for part in result.parts
    )
    # The grader's own trouble is told with its paths, to whoever runs it.
    notes = () if result.status is Status.INTERNAL else result.notes
    changes = {
        "parts": parts,
        "notes": notes,
        "accuracy": _accuracy(result.accuracy, rules),
        "checks_digest": "",
    }
    return result.model_copy(update=changes)


def _check(check: CheckResult, rules: Rules) -> CheckResult:
    drawn = (_figure(figure, rules) for figure in check.figures)
    gone: dict[str, object] = {
        "figures": tuple(figure for figure in drawn if figure is not None),
        "tampered": False,
    }
    unwritten = check.message.startswith(NOT_ATTEMPTED)
    if not (check.visible and rules.details):
        gone |= {"expected": "", "found": "", "frames": ()}
        gone |= {} if unwritten else {"message": ""}
    elif check.expected and not rules.expected:
        gone |= {"expected": "", "message": ""}
    if not rules.details:
        gone |= {"hint": "", "reread": ""}
    return check.model_copy(update=gone)


def _figure(figure: Figure, rules: Rules) -> Figure | None:
    if not (figure.public and rules.details):
        return None
    if isinstance(figure, Gallery):
        return figure if rules.revealed and rules.expected else None
    if rules.expected:
        return figure
    if isinstance(figure, Images):
        return figure.model_copy(update={"expected": None})
    if isinstance(figure, Curves):
        bare = (one.model_copy(update={"low": (), "high": ()}) for one in figure.curves)
        return figure.model_copy(update={"curves": tuple(bare)})
    return figure


def _accuracy(accuracy: AccuracyResult | None, rules: Rules) -> AccuracyResult | None:
    if accuracy is None:
        return None
    # Made anew, so that no field is passed on that nobody thought of here.
    return AccuracyResult(
        held_out=accuracy.held_out if rules.details else None,
        threshold=accuracy.threshold,
        marked=None,
        data=accuracy.data,
        device=accuracy.device,
        runs=tuple(
            AccuracyRun(held_out=run.held_out if rules.details else None, marked=None)
            for run in accuracy.runs
        ),
    )
