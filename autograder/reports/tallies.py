"""Counts how each part and check went in a class: who missed it, and with which words."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..grading.results import CheckResult, Outcome, PartResult, Result, Status
from ..printable import cut
from .words import ENDINGS, Ending, ending_of

MAX_GROUPS = 6
MAX_WORDS = 240
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_LIST = re.compile(r"\[[^\[\]]*\]")


@dataclass(frozen=True)
class Group:
    """Students who missed a check in the same way; the words are one's, numbers differ."""

    number: str
    """ "3.0" is the first group of the check of number 3; its students' rows have it."""
    ending: Ending
    words: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class CheckTally:
    """How one check went in the class."""

    number: int
    """Among all checks of the assignment."""
    title: str
    max_points: float
    visible: bool
    students: int
    ways: tuple[tuple[Ending, int], ...]
    """How it ended for those who did not pass it, and for how many."""
    groups: tuple[Group, ...]
    """The commonest way first."""

    @property
    def missed(self) -> int:
        return sum(count for _, count in self.ways)


@dataclass(frozen=True)
class PartTally:
    """How one part went in the class."""

    name: str
    title: str
    max_points: float
    mean: float
    missed: int
    """Students who did not pass every check of the part."""
    students: int
    checks: tuple[CheckTally, ...]


_Entry = tuple[str, CheckResult]


def tally(results: Sequence[Result]) -> list[PartTally]:
    """Each part and check with how it went, over the submissions that have a score."""
    by_name: dict[str, list[tuple[str, PartResult]]] = {}
    for result in results:
        for part in result.parts if result.status is Status.GRADED else ():
            by_name.setdefault(part.name, []).append((result.student, part))
    tallies: list[PartTally] = []
    number = 0
    for parts in by_name.values():
        tallies.append(_tally_part(parts, number))
        number += len(tallies[-1].checks)
    return tallies


def endings_in(parts: Sequence[PartTally]) -> list[Ending]:
    """The ways in which any check was missed, for the legend."""
    found = {ending for part in parts for check in part.checks for ending, _ in check.ways}
    return [ending for ending in ENDINGS if ending in found]


def missed_by(parts: Sequence[PartTally]) -> dict[str, list[str]]:
    """For each student the numbers of the groups that they are in."""
    found: dict[str, list[str]] = {}
    for part in parts:
        for check in part.checks:
            for group in check.groups:
                for student in group.students:
                    found.setdefault(student, []).append(group.number)
    return found


def _tally_part(parts: Sequence[tuple[str, PartResult]], first: int) -> PartTally:
    by_id: dict[str, list[_Entry]] = {}
    for student, part in parts:
        for check in part.checks:
            by_id.setdefault(check.id, []).append((student, check))
    passed = [all(check.outcome is Outcome.PASSED for check in part.checks) for _, part in parts]
    one = parts[0][1]
    return PartTally(
        name=one.name,
        title=one.title,
        max_points=one.max_points,
        mean=statistics.fmean(part.points for _, part in parts),
        missed=passed.count(False),
        students=len(parts),
        checks=tuple(
            _tally_check(entries, number) for number, entries in enumerate(by_id.values(), first)
        ),
    )


def _tally_check(entries: Sequence[_Entry], number: int) -> CheckTally:
    missed = [(student, one) for student, one in entries if one.outcome is not Outcome.PASSED]
    counted = Counter(ending_of(check) for _, check in missed)
    check = entries[0][1]
    return CheckTally(
        number=number,
        title=check.title,
        max_points=check.max_points,
        visible=check.visible,
        students=len(entries),
        ways=tuple((one, counted[one]) for one in ENDINGS if counted[one]),
        groups=tuple(_groups(missed, number)),
    )


def _groups(missed: Sequence[_Entry], number: int) -> list[Group]:
    together: dict[tuple[str, str], list[_Entry]] = {}
    for student, check in missed:
        together.setdefault((ending_of(check).name, alike(check.message)), []).append(
            (student, check)
        )
    commonest = sorted(together.values(), key=len, reverse=True)
    kept, rest = commonest[:MAX_GROUPS], commonest[MAX_GROUPS:]
    if len(rest) > 1:
        others = [entry for entries in rest for entry in entries]
        kept.append(others)
    else:
        kept += rest
        rest = []
    return [
        Group(
            number=f"{number}.{place}",
            ending=ending_of(entries[0][1]),
            words="other messages" if rest and place == MAX_GROUPS else _words(entries[0][1]),
            students=tuple(student for student, _ in entries),
        )
        for place, entries in enumerate(kept)
    ]


def alike(message: str) -> str:
    """`message` without the numbers and lists in which it differs from student to student."""
    shorter = _LIST.sub("[…]", message)
    return _NUMBER.sub("#", shorter)


def _words(check: CheckResult) -> str:
    if check.expected:
        return cut(f"expected {check.expected}; found {check.found}", MAX_WORDS)
    where = f" ({check.frames[-1].file}:{check.frames[-1].line})" if check.frames else ""
    return cut(check.message or ending_of(check).words, MAX_WORDS) + where
