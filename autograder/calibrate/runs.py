"""Holds what the runs of one submission gave, and counts how they ended by a rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

from ..course import Accuracy
from .chance import CONFIDENCE, Chance, from_counts
from .kept import Measured
from .runner import Done
from .tail import chance_below


@dataclass(frozen=True)
class Runs:
    """One run a key, in the order of the keys."""

    measured: tuple[Measured, ...]

    def __len__(self) -> int:
        return len(self.measured)

    @property
    def shares(self) -> list[float]:
        """The share of held-out images that were right, of the runs that ended, in [0, 1]."""
        return [run.held_out for run in self.measured if run.held_out is not None]

    @property
    def marks(self) -> list[float]:
        """The same of the marked images."""
        return [run.marked for run in self.measured if run.marked is not None]

    def passing(self, rule: Accuracy) -> int:
        """How many reach the threshold with the mark learned."""
        return sum(
            run.held_out is not None
            and run.marked is not None
            and run.held_out >= rule.threshold
            and run.marked >= rule.marked_threshold
            for run in self.measured
        )

    def close(self, rule: Accuracy) -> int:
        """How many would be repeated."""
        return sum(rule.is_close(run.held_out, run.marked) for run in self.measured)

    def chance_below(self, value: float, confidence: float = CONFIDENCE) -> Chance:
        """The chance that another run gets fewer than this share right, or does not end."""
        return self._chance_below(self.shares, value, confidence)

    def chance_unmarked(self, value: float, confidence: float = CONFIDENCE) -> Chance:
        """The same for the marked images."""
        return self._chance_below(self.marks, value, confidence)

    def _chance_below(self, shares: list[float], value: float, confidence: float) -> Chance:
        if len(shares) < len(self):
            # No tail reaches to a run that never ended.
            missed = len(self) - len(shares) + sum(share < value for share in shares)
            return from_counts(missed, len(self), confidence)
        return chance_below(shares, value, confidence)


def by_variant(done: Iterable[Done]) -> dict[str, Runs]:
    """The runs of each variant by its name, in the order of the keys."""
    found: dict[str, list[tuple[int, Measured]]] = {}
    for one in done:
        if one.measured is not None:
            found.setdefault(one.to_do.variant.name, []).append((one.to_do.number, one.measured))
    return {
        name: Runs(tuple(run for _, run in sorted(runs, key=itemgetter(0))))
        for name, runs in found.items()
    }
