"""Writes `feedback.html`, the page that a student gets: what was expected, what came, a hint."""

from __future__ import annotations

from pathlib import Path

from .. import atomic
from ..grading.results import CheckResult, Result
from .page import render
from .words import verdict, why_unattempted

FILE_NAME = "feedback.html"


def write_feedback(result: Result, folder: Path, title: str = "") -> Path:
    """Write `folder/feedback.html`; `title` is the assignment's, its name where there is none."""
    page = render(
        "feedback.html.j2",
        result=result,
        title=title or result.assignment,
        verdict=verdict(result),
        why_unattempted=why_unattempted,
        message_of=message_of,
    )
    path = folder / FILE_NAME
    atomic.write_text(path, page)
    return path


def message_of(check: CheckResult) -> str:
    """The check's message, "" where expected and found already say all of it."""
    said = check.expected and check.found and check.found in check.message
    return "" if said else check.message
