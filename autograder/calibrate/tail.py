"""Goes beyond the worst run that was seen: how likely is one far below?

Peaks over threshold (Coles, An Introduction to Statistical Modeling of Extreme Values, 2001,
chapter 4): how far the lowest runs lie below a start follows a generalized Pareto distribution,
fitted by maximum likelihood. Its interval comes from the profile likelihood of the chance itself
(section 2.6.6), in which the share of runs below the start is uncertain as well. A tail that looks
lighter than an exponential one counts as exponential, so no lowest possible accuracy is ever
assumed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from .chance import CONFIDENCE, Chance, from_counts

SHARE = 0.2
"""Of the runs that are taken for the tail: the lowest fifth."""
LEAST = 8
"""Fewer runs tell nothing of a tail."""
LONGEST_SHAPE = 1.0
"""A heavier tail has no mean."""
NEVER = 1e-30
_GRID = 21
_ZOOMS = 5
_STEPS = 40

Floats = NDArray[np.float64]
_Function = Callable[[Floats, Floats], Floats]
_Box = tuple[tuple[float, float], tuple[float, float]]
_Question = Callable[[float], bool]


@dataclass(frozen=True)
class Tail:
    """The lower tail of a sample of `size`: `excesses` (k,) are what k of them lie below `start`.

    `shape` ≥ 0 (0 is exponential) and `scale` > 0 are the generalized Pareto distribution's.
    """

    start: float
    size: int
    excesses: Floats
    shape: float
    scale: float

    def chance_below(self, value: float) -> float:
        """The estimate for a value below `start`."""
        distance = max(0.0, self.start - value) / self.scale
        share = len(self.excesses) / self.size
        if self.shape < 1e-9:
            return share * math.exp(-distance)
        return float(share * (1 + self.shape * distance) ** (-1 / self.shape))


def tail_of(sample: Sequence[float]) -> Tail | None:
    """The fitted lower tail; None where too few different values lie in it."""
    ordered = np.sort(np.asarray(sample, dtype=np.float64))
    count = max(LEAST, math.ceil(SHARE * len(ordered)))
    if len(ordered) <= count:
        return None
    start = float(ordered[count])
    excesses = start - ordered[ordered < start]
    if len(excesses) < LEAST:
        return None
    shape, scale = _fit(excesses)
    return Tail(start, len(ordered), excesses, shape, scale)


def chance_below(sample: Sequence[float], value: float, confidence: float = CONFIDENCE) -> Chance:
    """The chance that another run lies below `value`.

    By counts where `value` is within the bulk of the sample or there is no tail to speak of, else
    by the tail.
    """
    return _chance_below(tuple(sample), value, confidence)


@lru_cache(maxsize=1024)
def _chance_below(sample: tuple[float, ...], value: float, confidence: float) -> Chance:
    tail = tail_of(sample)
    if tail is None or value >= tail.start:
        return from_counts(sum(one < value for one in sample), len(sample), confidence)
    low, high = _interval(tail, value, confidence)
    return Chance(
        estimate=tail.chance_below(value),
        low=low,
        high=high,
        method="tail",
        confidence=confidence,
    )


def _fit(excesses: Floats) -> tuple[float, float]:
    """Maximum likelihood over shapes in [0, LONGEST_SHAPE], on a grid that closes in."""
    mean = float(excesses.mean())

    def likelihood(shapes: Floats, log_scales: Floats) -> Floats:
        return _pareto(excesses, shapes, np.exp(log_scales))

    box = ((0.0, LONGEST_SHAPE), (math.log(mean) - 3, math.log(mean) + 3))
    _, (shape, log_scale) = _highest(likelihood, box)
    return shape, math.exp(log_scale)


def _interval(tail: Tail, value: float, confidence: float) -> tuple[float, float]:
    """Where the profile likelihood of the chance is within what `confidence` allows."""
    estimate = math.log(max(tail.chance_below(value), NEVER))
    most = _profile(tail, value, estimate)
    allowed = NormalDist().inv_cdf((1 + confidence) / 2) ** 2 / 2

    def is_inside(log_chance: float) -> bool:
        return _profile(tail, value, log_chance) >= most - allowed

    low = _edge(is_inside, estimate, math.log(NEVER))
    high = _edge(is_inside, estimate, math.log(0.999))
    return (0.0 if low <= math.log(NEVER) else math.exp(low)), math.exp(high)


def _profile(tail: Tail, value: float, log_chance: float) -> float:
    """The highest log-likelihood with this chance, whatever the share below the start and shape."""
    excesses, size = tail.excesses, tail.size
    count = len(excesses)
    distance = tail.start - value
    expected = count / size
    spread = 6 * math.sqrt(expected * (1 - expected) / size)
    least = max(math.exp(log_chance) * (1 + 1e-9), expected - spread, 1e-12)
    largest = min(max(expected + spread, least * (1 + 1e-6)), 1 - 1e-12)
    if least >= largest:
        return -math.inf

    def likelihood(shapes: Floats, shares: Floats) -> Floats:
        # The scale at which this shape and share give the chance.
        ratio = np.log(shares) - log_chance
        small = shapes < 1e-9
        steep = np.where(small, 1.0, shapes)
        growth = np.where(small, ratio, np.expm1(np.minimum(steep * ratio, 700.0)) / steep)
        counts = count * np.log(shares) + (size - count) * np.log1p(-shares)
        found: Floats = counts + _pareto(excesses, shapes, distance / growth)
        return found

    highest, _ = _highest(likelihood, ((0.0, LONGEST_SHAPE), (least, largest)))
    return highest


def _pareto(excesses: Floats, shapes: Floats, scales: Floats) -> Floats:
    """The log-likelihood of the excesses (k,) for shapes and scales of one shape each."""
    small = shapes < 1e-9
    steep = np.where(small, 1.0, shapes)[..., None]
    relative = excesses / scales[..., None]
    curved = ((1 + 1 / steep) * np.log1p(steep * relative)).sum(axis=-1)
    found: Floats = -len(excesses) * np.log(scales) - np.where(small, relative.sum(axis=-1), curved)
    return found


def _highest(function: _Function, box: _Box) -> tuple[float, tuple[float, float]]:
    """The maximum of a function of two numbers in a box, and where: grids that close in on it."""
    (left, right), (bottom, top) = box
    best, place = -math.inf, (left, bottom)
    for _ in range(_ZOOMS):
        across, up = np.linspace(left, right, _GRID), np.linspace(bottom, top, _GRID)
        first, second = np.meshgrid(across, up, indexing="ij")
        values = function(first, second)
        index = np.unravel_index(int(np.nanargmax(values)), values.shape)
        if values[index] > best:
            best = float(values[index])
            place = (float(first[index]), float(second[index]))
        wide, high = 2 * (across[1] - across[0]), 2 * (up[1] - up[0])
        left, right = max(box[0][0], place[0] - wide), min(box[0][1], place[0] + wide)
        bottom, top = max(box[1][0], place[1] - high), min(box[1][1], place[1] + high)
    return best, place


def _edge(is_inside: _Question, inside: float, outside: float) -> float:
    if is_inside(outside):
        return outside
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        if is_inside(middle):
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2
