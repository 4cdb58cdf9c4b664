"""Sorts numbers into bins, with the geometry and the words to draw them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .words import points_text, share_text, time_text

BINS = 10
WIDTH, HEIGHT = 380.0, 70.0
"""Of the columns' area, in the units of the SVG."""


@dataclass(frozen=True)
class Bin:
    """How many numbers lie in [low, high); the last bin holds `high` too."""

    low: float
    high: float
    count: int
    height: float
    """`count` as a share of the fullest bin's, in [0, 1]."""


@dataclass(frozen=True)
class Histogram:
    """Bins of equal width; `mark` is where a line stands, as a share of the width."""

    title: str
    bins: tuple[Bin, ...]
    labels: tuple[str, ...]
    """At the bins' edges, one more than there are bins; some are empty."""
    words: str
    mark: float | None = None
    mark_words: str = ""


def bins_of(numbers: Sequence[float], low: float, high: float) -> tuple[Bin, ...]:
    """Ten bins of equal width from `low` to `high`."""
    counts = [0] * BINS
    for number in numbers:
        place = int((number - low) / (high - low) * BINS + 1e-9) if high > low else 0
        counts[min(max(place, 0), BINS - 1)] += 1
    fullest = max(counts) or 1
    width = (high - low) / BINS
    return tuple(
        Bin(low + place * width, low + (place + 1) * width, count, count / fullest)
        for place, count in enumerate(counts)
    )


def of_scores(scores: Sequence[float], max_score: float) -> Histogram:
    """How many students have which score."""
    bins = bins_of(scores, 0.0, max_score)
    return Histogram(
        "Scores of the class", bins, _labels(bins, points_text), _words(bins, points_text, "score")
    )


def of_shares(shares: Sequence[float], threshold: float) -> Histogram:
    """How many networks got which share of the held-out images right, beside the threshold."""
    # Most lie near the threshold, and one that learned nothing at a tenth.
    low = min([*shares, threshold])
    low = 0.0 if low < 0.5 else max(0.0, math.floor(20 * (low - 0.02)) / 20)
    bins = bins_of(shares, low, 1.0)
    reached = sum(share >= threshold for share in shares)
    needed = share_text(threshold)
    words = _words(bins, share_text, "network")
    return Histogram(
        title="Held-out accuracy",
        bins=bins,
        labels=_labels(bins, lambda share: points_text(round(100 * share, 1))),
        words=f"{words} {reached} of {len(shares)} reach {needed}.",
        mark=(threshold - low) / (1.0 - low),
        mark_words=f"{needed} needed",
    )


def of_seconds(seconds: Sequence[float]) -> Histogram:
    """How long grading took, a submission."""
    bins = bins_of(seconds, 0.0, _round_up(max(seconds, default=1.0)))
    labels = _labels(bins, lambda one: f"{one:.4g}")
    return Histogram(
        "Seconds of grading", bins, labels, _words(bins, time_text, "submission"), None
    )


def _round_up(number: float) -> float:
    size = 10.0 ** math.floor(math.log10(max(number, 1.0)))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= number)


def _labels(bins: Sequence[Bin], text: Callable[[float], str]) -> tuple[str, ...]:
    """Every second edge: ten numbers would run into each other."""
    edges = [*(one.low for one in bins), bins[-1].high]
    return tuple(text(edge) if place % 2 == 0 else "" for place, edge in enumerate(edges))


def _words(bins: Sequence[Bin], text: Callable[[float], str], what: str) -> str:
    """The histogram as a sentence."""
    filled = [
        f"{one.count} {what}{'s' if one.count > 1 else ''} from {text(one.low)} to {text(one.high)}"
        for one in bins
        if one.count
    ]
    return "; ".join(filled) + "." if filled else f"No {what}s."
