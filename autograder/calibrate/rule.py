"""Works out what the rule for repeating a run makes of the chances of a single run.

A run passes, comes close (it learned the mark and misses the threshold), or fails. One that came
close is done again under a fresh key, at most `times` times. So the runs of a submission are
independent, and all have the same three chances.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..course import Accuracy
from .chance import CONFIDENCE, Chance, from_counts
from .runs import Runs


def passes(passing: float, close: float, times: int) -> float:
    """The chance to pass in the end, from those of one run."""
    return float(passing * _tries(close, times))


def fails(failing: float, close: float, times: int) -> float:
    """The chance to fail in the end: outright in some run, or close in all of them."""
    return float(failing * _tries(close, times) + close ** (times + 1))


def _tries(close: float, times: int) -> float:
    """How many runs there are on average."""
    return float(sum(close**number for number in range(times + 1)))


def pass_by_counts(runs: Runs, rule: Accuracy, confidence: float = CONFIDENCE) -> Chance:
    """The chance that a submission passes by the rule, from how its runs ended."""
    each = _split(confidence, 2)
    passing = from_counts(runs.passing(rule), len(runs), each)
    close = from_counts(runs.close(rule), len(runs), each)
    times = rule.repetitions
    return Chance(
        estimate=passes(passing.estimate, close.estimate, times),
        low=passes(passing.low, close.low, times),
        high=min(1.0, passes(passing.high, min(close.high, 1 - passing.high), times)),
        method="rule",
        confidence=confidence,
    )


def fail_by_tail(runs: Runs, rule: Accuracy, confidence: float = CONFIDENCE) -> Chance:
    """The chance that an honest submission fails by the rule, beyond what was seen.

    It fails where a run has not learned the mark, or where all runs are below the threshold. The
    interval puts those two chances together by Bonferroni.
    """
    each = _split(confidence, 2)
    below = runs.chance_below(rule.threshold, each)
    unmarked = runs.chance_unmarked(rule.marked_threshold, each)

    def together(below: float, unmarked: float) -> float:
        return min(1.0, fails(unmarked, below, rule.repetitions))

    return Chance(
        estimate=together(below.estimate, unmarked.estimate),
        low=together(below.low, unmarked.low),
        high=together(below.high, unmarked.high),
        method="rule",
        confidence=confidence,
    )


def fail_once(runs: Runs, rule: Accuracy, confidence: float = CONFIDENCE) -> Chance:
    """The chance that one run of an honest submission does not reach the threshold."""
    return runs.chance_below(rule.threshold, confidence)


def highest_threshold(
    runs: Runs, rule: Accuracy, rate: float, *, cautious: bool, candidates: Sequence[float]
) -> float | None:
    """The highest of `candidates` at which an honest submission fails no oftener than `rate`.

    By the upper end of the interval where `cautious`, else by the estimate. None where even the
    lowest one fails oftener.
    """
    low, high = 0, len(candidates)
    ordered = sorted(candidates)
    while low < high:
        middle = (low + high) // 2
        there = rule.model_copy(update={"threshold": ordered[middle]})
        chance = fail_by_tail(runs, there)
        if (chance.high if cautious else chance.estimate) <= rate:
            low = middle + 1
        else:
            high = middle
    return ordered[low - 1] if low else None


def _split(confidence: float, parts: int) -> float:
    return 1 - (1 - confidence) / parts
