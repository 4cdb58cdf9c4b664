"""Says points, shares, times and outcomes in the same words on every page and in the terminal."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..grading.results import CheckResult, Outcome, PartResult, Result, Status

NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True)
class Ending:
    """How a check ended, for people: a name for styles, words for one and for many, a symbol."""

    name: str
    words: str
    tally: str
    symbol: str


_UNATTEMPTED = Ending("unattempted", "Not attempted", "not attempted", "–")
_ENDINGS = {
    Outcome.PASSED: Ending("passed", "Passed", "passed", "✓"),
    Outcome.FAILED: Ending("failed", "Failed", "failed", "✕"),
    Outcome.ERROR: Ending("error", "Stopped by an error", "error", "!"),
    Outcome.TIMEOUT: Ending("timeout", "Took too long", "timeout", "…"),
    Outcome.UNGRADABLE: Ending("ungradable", "Could not be checked", "ungradable", "?"),
}
ENDINGS = (*_ENDINGS.values(), _UNATTEMPTED)


def ending_of(check: CheckResult) -> Ending:
    """How `check` ended; a failed check of code that was never written has words of its own."""
    if check.outcome is Outcome.FAILED and check.message.startswith(NOT_ATTEMPTED):
        return _UNATTEMPTED
    return _ENDINGS[check.outcome]


def why_unattempted(part: PartResult) -> str:
    """A sentence about a part that was not attempted."""
    messages = [check.message for check in part.checks if check.message]
    reason = messages[0].removeprefix(NOT_ATTEMPTED).lstrip(": ") if messages else ""
    return f"Not attempted: {reason or 'still as it was handed out'}."


def points_text(points: float) -> str:
    """96.0 as "96", 21.5 as "21.5"."""
    return exact_points(points).removesuffix(".0")


def exact_points(points: float) -> str:
    """96.0 as "96.0", 21.5 as "21.5"; sums of tenths without the dust of binary fractions."""
    return str(round(float(points), 4) + 0.0)


def share_text(share: float) -> str:
    """A share in [0, 1] in percent, for a sentence: 0.961 as "96.1 %", 0.9399 as "93.99 %"."""
    return f"{points_text(_percent(share))} %"


def exact_share(share: float) -> str:
    """A share in [0, 1] in percent, for a column: 0.961 as "96.10 %"."""
    return f"{_percent(share):.2f} %"


def _percent(share: float) -> float:
    # Rounded down: what is shown as the threshold has reached it.
    return math.floor(round(share * 10_000, 6)) / 100


def time_text(seconds: float) -> str:
    """A duration for people: "6.1 s", "4 min", "2.5 h"."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3_600:.1f} h"


def score_text(result: Result) -> str:
    """ "96.0 of 100", or "no score"."""
    if result.score is None:
        return "no score"
    return f"{exact_points(result.score)} of {points_text(result.max_score)}"


def verdict(result: Result) -> str:
    """One sentence that says to a student what became of the submission."""
    if result.status is Status.REJECTED:
        return "This submission could not be read, so nothing in it was graded."
    if result.status is Status.INTERNAL:
        return (
            "The grader failed on this submission. That is no fault of yours: "
            "there is no score yet, and it will be graded again."
        )
    if not any(part.attempted for part in result.parts):
        return "Nothing was attempted: every file still is as it was handed out."
    checks = [check for part in result.parts for check in part.checks]
    passed = sum(check.outcome is Outcome.PASSED for check in checks)
    if passed == len(checks):
        return f"All {passed} checks passed."
    most = max(result.parts, key=lambda part: part.max_points - part.points)
    return (
        f"{passed} of {len(checks)} checks passed. "
        f"The most points are still to be won in “{most.title}”."
    )
