"""What follows from an audit: the score, blind, brittle, redundant and vacuous checks, prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .results import Audit, CheckLine, Miss, MutantOutcome, PartLine, WheatOutcome


@dataclass(frozen=True)
class Score:
    """How many mutants of how many were caught; equivalent ones that survive don't count."""

    caught: int
    counted: int
    equivalent: int

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where there is nothing to catch."""
        return self.caught / self.counted if self.counted else 1.0

    @property
    def text(self) -> str:
        """To two places, rounded down: 1.00 means all of them."""
        return f"{int(self.share * 100 + 1e-9) / 100:.2f}"


@dataclass(frozen=True)
class CheckFinding:
    """What one check catches, and which mutants no other check would."""

    check: CheckLine
    catches: int
    alone: tuple[MutantOutcome, ...]
    judged: bool
    """Were all mutants that it is there for graded?"""

    @property
    def vacuous(self) -> bool:
        """Does no mutant fail it?"""
        return self.judged and not self.catches

    @property
    def redundant(self) -> bool:
        """Would nothing slip through without it?"""
        return self.judged and bool(self.catches) and not self.alone


@dataclass(frozen=True)
class Price:
    """What a mutant loses and what the rubric says that it is worth."""

    mutant: MutantOutcome
    worth: float

    @property
    def excess(self) -> float:
        return self.mutant.lost - self.worth


def score_of(mutants: Iterable[MutantOutcome]) -> Score:
    listed = list(mutants)
    caught = sum(one.caught for one in listed)
    survived = sum(one.survived for one in listed)
    return Score(caught, caught + survived, len(listed) - caught - survived)


def score_of_part(audit: Audit, part: PartLine) -> Score:
    return score_of(one for one in audit.mutants if part.name in one.parts)


def survivors(audit: Audit) -> list[MutantOutcome]:
    return [one for one in audit.mutants if one.survived]


def leaks(audit: Audit) -> list[MutantOutcome]:
    """Mutants that cost points in an isolated part which is not theirs."""
    return [one for one in audit.mutants if one.elsewhere]


def brittle(audit: Audit) -> dict[str, list[tuple[WheatOutcome, Miss]]]:
    """The checks that correct code fails, each with what failed it."""
    found: dict[str, list[tuple[WheatOutcome, Miss]]] = {}
    for wheat in audit.wheats:
        for miss in wheat.missed:
            found.setdefault(miss.check, []).append((wheat, miss))
    return found


def should_have_seen(mutant: MutantOutcome, audit: Audit) -> list[CheckLine]:
    """The checks of its parts that catch other bugs near this one.

    That is those of the same line, else of the same function, else all checks of its parts; the
    one that catches most of them comes first.
    """
    others = [one for one in audit.mutants if one.module == mutant.module and not one.crashed]
    near = [one for one in others if one.function == mutant.function]
    for bugs in ([one for one in near if one.line == mutant.line], near):
        counts = Counter(check for bug in bugs for check in bug.caught_by)
        if counts:
            by_id = {check.id: check for check in audit.checks}
            return [by_id[name] for name, _ in counts.most_common() if name in by_id]
    return [check for check in audit.checks if check.part in mutant.parts]


def check_findings(audit: Audit) -> list[CheckFinding]:
    """One for each check, in the order of the parts."""
    parts = {part.name: part for part in audit.parts}
    found = []
    for check in audit.checks:
        caught = [one for one in audit.mutants if check.id in one.caught_by]
        alone = tuple(one for one in caught if one.caught_by == (check.id,))
        part = parts[check.part]
        found.append(CheckFinding(check, len(caught), alone, part.complete and not part.whole))
    return found


def prices(audit: Audit) -> list[Price]:
    """What each mutant that was caught costs and is worth.

    A bug breaks a clause, and the rubric prices a clause as its check. So a bug is worth the points
    of the check that is most about it: of the checks that it fails, the one that the fewest other
    bugs fail. Where somebody has written `costs:` into a patch, that is what it is worth.
    """
    points = {check.id: check.points for check in audit.checks}
    kills = Counter(name for one in audit.mutants for name in one.caught_by)

    def worth(mutant: MutantOutcome) -> float:
        if mutant.costs is not None:
            return mutant.costs
        return points[min(mutant.caught_by, key=lambda name: (kills[name], -points[name], name))]

    return [Price(one, worth(one)) for one in audit.mutants if one.caught]


def mispriced(audit: Audit) -> list[Price]:
    """Bugs that cost more than half of their part more than they are worth, or less than that.

    What stops with an error in every check is left out: code that doesn't run loses its part.
    """
    points = {part.name: part.points for part in audit.parts}
    found = [
        price
        for price in prices(audit)
        if not price.mutant.crashed
        and (
            price.excess < 0
            or price.excess > sum(points[name] for name in price.mutant.parts) / 2
            or (price.mutant.costs is not None and price.excess)
        )
    ]
    return sorted(found, key=lambda price: -abs(price.excess))


def passes(audit: Audit, least: float) -> bool:
    """Is the score high enough, no wheat failed and nothing lost in another part?"""
    enough = score_of(audit.mutants).share >= least - 1e-12
    return enough and not brittle(audit) and not leaks(audit)


def first_lines(mutants: Sequence[MutantOutcome], most: int) -> tuple[list[MutantOutcome], int]:
    """The first `most` of them, and how many are left."""
    return list(mutants[:most]), max(0, len(mutants) - most)
