"""Writes `report.html`, the page that an instructor reads first after grading a class."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from .. import atomic
from ..grading.places import folder_name
from ..grading.results import Result, Standing
from . import feedback
from .attention import needs_a_person
from .changes import changes_of
from .histogram import HEIGHT, WIDTH, Histogram, of_scores, of_seconds, of_shares
from .page import render, script
from .tallies import endings_in, missed_by, tally
from .words import time_text

FILE_NAME = "report.html"
SHOWN_FIRST = 15
"""Students that need a person who are shown at once; the others are a click away."""
SHOWN_NAMES = 12
"""Students that one message names; the table has all of them."""


def write_report(
    results: Sequence[Result],
    out: Path,
    title: str = "",
    before: Mapping[str, Standing] | None = None,
) -> Path:
    """Write `out/report.html`; `title` is the assignment's, its name where there is none.

    `before` is where students stood after the grading before the last.
    """
    ordered = sorted(results, key=lambda result: result.student)
    scores = [result.score for result in ordered if result.score is not None]
    max_score = max((result.max_score for result in ordered), default=0.0)
    parts = tally(ordered)
    text, allowed = script("class_report.js")
    page = render(
        "class_report.html.j2",
        title=title or (ordered[0].assignment if ordered else "Nothing graded"),
        results=ordered,
        scores=scores,
        max_score=max_score,
        mean=statistics.fmean(scores) if scores else None,
        median=statistics.median(scores) if scores else None,
        charts=_charts(ordered, scores, max_score),
        WIDTH=WIDTH,
        HEIGHT=HEIGHT,
        attention=needs_a_person(ordered),
        again=bool(before),
        changes=changes_of(ordered, before or {}),
        parts=parts,
        missed_by=missed_by(parts),
        endings=endings_in(parts),
        statuses=sorted({result.status.value for result in ordered}),
        spent=time_text(sum(result.seconds for result in ordered)),
        data=sorted({one.accuracy.data for one in ordered if one.accuracy is not None}),
        link=feedback_link,
        SHOWN_FIRST=SHOWN_FIRST,
        SHOWN_NAMES=SHOWN_NAMES,
        script=text,
        script_hash=allowed,
    )
    path = out / FILE_NAME
    atomic.write_text(path, page)
    return path


def feedback_link(student: str) -> str:
    """Where the report finds a student's page, as a relative URL."""
    return f"{quote(folder_name(student), safe='')}/{feedback.FILE_NAME}"


def _charts(
    results: Sequence[Result], scores: Sequence[float], max_score: float
) -> list[Histogram]:
    charts = [of_scores(scores, max_score)] if scores else []
    measured = [
        (one.accuracy.held_out, one.accuracy.threshold)
        for one in results
        if one.accuracy is not None and one.accuracy.held_out is not None
    ]
    if measured:
        charts.append(of_shares([share for share, _ in measured], measured[0][1]))
    if any(result.seconds for result in results):
        charts.append(of_seconds([result.seconds for result in results]))
    return charts
