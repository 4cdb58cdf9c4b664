"""Sorts scores into bins, with the geometry and the words to draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .words import points_text

BINS = 10


@dataclass(frozen=True)
class Bin:
    """How many scores lie in [low, high); the last bin holds `high` too."""

    low: float
    high: float
    count: int
    height: float
    """`count` as a share of the fullest bin's, in [0, 1]."""

    def words(self) -> str:
        scores = "score" if self.count == 1 else "scores"
        return f"{self.count} {scores} from {points_text(self.low)} to {points_text(self.high)}"


def bins_of(scores: Sequence[float], max_score: float) -> list[Bin]:
    """Ten bins of equal width from 0 to `max_score`."""
    counts = [0] * BINS
    for score in scores:
        place = int(score / max_score * BINS) if max_score else 0
        counts[min(max(place, 0), BINS - 1)] += 1
    fullest = max(counts) or 1
    width = max_score / BINS
    return [
        Bin(low=place * width, high=(place + 1) * width, count=count, height=count / fullest)
        for place, count in enumerate(counts)
    ]


def words_of(bins: Sequence[Bin]) -> str:
    """The histogram as a sentence."""
    filled = [one.words() for one in bins if one.count]
    return "; ".join(filled) + "." if filled else "No scores."
