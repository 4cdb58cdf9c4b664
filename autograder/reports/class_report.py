"""Writes `report.html`, the page that an instructor reads first after grading a class."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .. import atomic
from ..grading.places import folder_name
from ..grading.results import CheckResult, Outcome, PartResult, Result, Status
from . import feedback
from .attention import needs_a_person
from .histogram import bins_of, words_of
from .page import render
from .words import ENDINGS, Ending, ending_of

FILE_NAME = "report.html"


@dataclass(frozen=True)
class CheckTally:
    """How one check went in the class."""

    title: str
    max_points: float
    visible: bool
    students: int
    ways: tuple[tuple[Ending, int], ...]
    """How it ended for those who did not pass it, and for how many."""

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


def write_report(results: Sequence[Result], out: Path, title: str = "") -> Path:
    """Write `out/report.html`; `title` is the assignment's, its name where there is none."""
    ordered = sorted(results, key=lambda result: result.student)
    scores = [result.score for result in ordered if result.score is not None]
    max_score = max((result.max_score for result in ordered), default=0.0)
    bins = bins_of(scores, max_score)
    parts = tally(ordered)
    page = render(
        "class_report.html.j2",
        title=title or (ordered[0].assignment if ordered else "Nothing graded"),
        results=ordered,
        scores=scores,
        max_score=max_score,
        mean=statistics.fmean(scores) if scores else None,
        median=statistics.median(scores) if scores else None,
        bins=bins,
        bins_words=words_of(bins),
        attention=needs_a_person(ordered),
        parts=parts,
        endings=endings_in(parts),
        data=sorted({one.accuracy.data for one in ordered if one.accuracy is not None}),
        link=feedback_link,
    )
    path = out / FILE_NAME
    atomic.write_text(path, page)
    return path


def feedback_link(student: str) -> str:
    """Where the report finds a student's page, as a relative URL."""
    return f"{quote(folder_name(student), safe='')}/{feedback.FILE_NAME}"


def endings_in(parts: Sequence[PartTally]) -> list[Ending]:
    """The ways in which any check was missed, for the legend."""
    found = {ending for part in parts for check in part.checks for ending, _ in check.ways}
    return [ending for ending in ENDINGS if ending in found]


def tally(results: Sequence[Result]) -> list[PartTally]:
    """Each part and check with how it went, over the submissions that have a score."""
    by_name: dict[str, list[PartResult]] = {}
    for result in results:
        for part in result.parts if result.status is Status.GRADED else ():
            by_name.setdefault(part.name, []).append(part)
    return [_tally_part(parts) for parts in by_name.values()]


def _tally_part(parts: Sequence[PartResult]) -> PartTally:
    by_id: dict[str, list[CheckResult]] = {}
    for part in parts:
        for check in part.checks:
            by_id.setdefault(check.id, []).append(check)
    passed = [all(check.outcome is Outcome.PASSED for check in part.checks) for part in parts]
    return PartTally(
        name=parts[0].name,
        title=parts[0].title,
        max_points=parts[0].max_points,
        mean=statistics.fmean(part.points for part in parts),
        missed=passed.count(False),
        students=len(parts),
        checks=tuple(_tally_check(checks) for checks in by_id.values()),
    )


def _tally_check(checks: Sequence[CheckResult]) -> CheckTally:
    counted = Counter(ending_of(check) for check in checks if check.outcome is not Outcome.PASSED)
    return CheckTally(
        title=checks[0].title,
        max_points=checks[0].max_points,
        visible=checks[0].visible,
        students=len(checks),
        ways=tuple((one, counted[one]) for one in ENDINGS if counted[one]),
    )
