"""`autograder show`: the same feedback on a terminal."""

from __future__ import annotations

import io
from pathlib import Path
from typing import cast

from rich.console import Console

from autograder.grading.results import Result, Status
from autograder.reports.disclosure import Rules
from autograder.reports.plain_text import show_told
from autograder.reports.telling import tell

GOLDEN = Path(__file__).parent / "feedback.txt"


def shown(result: Result, rules: Rules | None = None) -> str:
    screen = Console(file=io.StringIO(), width=80, highlight=False)
    show_told(tell(result, rules or Rules(), "Digits"), screen)
    text = cast(io.StringIO, screen.file).getvalue()
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def test_the_whole_of_it(failing: Result) -> None:
    assert shown(failing) == GOLDEN.read_text(encoding="utf-8")


def test_points_only(failing: Result) -> None:
    text = shown(failing, Rules(details=False))
    assert "  ✕ What order does  (0 of 2.5)\n  ! What seeds does  (0 of 1)\n" in text
    for kept in ("hint", "expected", "found", "loaders.py:14", "96.12"):
        assert kept not in text


def test_no_score_is_said(failing: Result) -> None:
    rejected = failing.model_copy(
        update={"status": Status.REJECTED, "score": None, "parts": (), "notes": ("Rejected: a",)}
    )
    assert shown(rejected).startswith(
        "Digits: s002: no score\n"
        "This submission could not be read, so nothing in it was graded.\nRejected: a\n"
    )
