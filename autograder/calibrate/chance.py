"""Estimates a chance from counts, with the interval that makes no assumption.

The interval is Clopper and Pearson's (Biometrika 26, 1934): exact for counts, whatever the truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

CONFIDENCE = 0.95
_STEPS = 200


class Chance(BaseModel):
    """A chance in [0, 1] with a two-sided interval that holds it with `confidence`.

    `method` is "counts" for Clopper–Pearson, "tail" where an extreme-value model went beyond what
    was seen, "rule" where several chances were put together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    estimate: float
    low: float
    high: float
    method: str
    confidence: float = CONFIDENCE


def from_counts(hits: int, trials: int, confidence: float = CONFIDENCE) -> Chance:
    """The chance of what happened `hits` times in `trials`. Raises ValueError without trials."""
    if not 0 <= hits <= trials or trials == 0:
        raise ValueError(f"expected 0 to {trials} of at least one trial, found {hits}")
    tail = (1 - confidence) / 2
    # Each end is where seeing so much, or so little, would be as rare as `tail`.
    low = 0.0 if hits == 0 else _root(lambda p: _at_least(hits, trials, p) - tail)
    high = 1.0 if hits == trials else _root(lambda p: tail - _at_most(hits, trials, p))
    return Chance(
        estimate=hits / trials, low=low, high=high, method="counts", confidence=confidence
    )


def keys_needed(chance: float, confidence: float = CONFIDENCE) -> int:
    """How many runs without a failure show by counts alone that failing is rarer than `chance`."""
    return math.ceil(math.log((1 - confidence) / 2) / math.log1p(-chance))


def _at_most(hits: int, trials: int, p: float) -> float:
    return math.fsum(_exactly(count, trials, p) for count in range(hits + 1))


def _at_least(hits: int, trials: int, p: float) -> float:
    return math.fsum(_exactly(count, trials, p) for count in range(hits, trials + 1))


def _exactly(hits: int, trials: int, p: float) -> float:
    if p in (0.0, 1.0):
        return float(hits == trials * p)
    ways = math.lgamma(trials + 1) - math.lgamma(hits + 1) - math.lgamma(trials - hits + 1)
    return math.exp(ways + hits * math.log(p) + (trials - hits) * math.log1p(-p))


def _root(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
