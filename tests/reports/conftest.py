"""A small class whose results have everything in them that a report must show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograder.grading.results import (
    AccuracyResult,
    CheckResult,
    Frame,
    Outcome,
    PartResult,
    Result,
    Status,
)

PARTS = ["loaders", "model"]


def check(name: str, points: float = 5.0, **changes: Any) -> CheckResult:
    """A check that passed, changed by `changes`; its points follow from its outcome."""
    outcome = changes.get("outcome", Outcome.PASSED)
    values: dict[str, Any] = {
        "id": f"loaders::{name}",
        "title": f"What {name} does",
        "outcome": outcome,
        "points": points if outcome is Outcome.PASSED else 0.0,
        "max_points": points,
    }
    return CheckResult(**(values | changes))


def part(name: str, *checks: CheckResult, attempted: bool = True) -> PartResult:
    return PartResult(
        name=name,
        title=f"The {name}",
        points=sum(one.points for one in checks),
        max_points=sum(one.max_points for one in checks),
        attempted=attempted,
        checks=checks,
    )


def result(student: str, *parts: PartResult, **changes: Any) -> Result:
    values: dict[str, Any] = {
        "student": student,
        "assignment": "digits",
        "status": Status.GRADED,
        "score": sum(one.points for one in parts),
        "max_score": 20.0,
        "parts": parts,
        "seconds": 6.12,
    }
    return Result(**(values | changes))


@pytest.fixture
def make_check() -> Callable[..., CheckResult]:
    return check


@pytest.fixture
def make_part() -> Callable[..., PartResult]:
    return part


@pytest.fixture
def make_result() -> Callable[..., Result]:
    return result


@pytest.fixture
def failing() -> Result:
    """One check of every ending, visible and hidden."""
    frame = Frame(file="loaders.py", line=14, function="split", text="return 1 / 0")
    return result(
        "s002",
        part(
            "loaders",
            check("sizes"),
            check(
                "order",
                2.5,
                outcome=Outcome.FAILED,
                message="the batches: expected [64, 64, 2], found [64, 64]",
                expected="the batches: [64, 64, 2]",
                found="[64, 64]",
                hint="Nothing is dropped.",
            ),
            check(
                "seeds",
                1.0,
                outcome=Outcome.ERROR,
                message="ZeroDivisionError: division by zero",
                frames=(frame,),
                hint="A seed decides the draw.",
            ),
            check("pairs", 1.0, outcome=Outcome.TIMEOUT, message="Your code took too long."),
            check(
                "secret",
                0.5,
                outcome=Outcome.FAILED,
                visible=False,
                message="SECRET MESSAGE",
                expected="SECRET EXPECTED",
                found="SECRET FOUND",
                frames=(frame.model_copy(update={"text": "SECRET FRAME"}),),
                hint="What a hidden check may say.",
            ),
        ),
        part(
            "model",
            check("layers", 10.0, outcome=Outcome.FAILED, message="not attempted"),
            attempted=False,
        ),
        notes=("Both loaders.py and loaders.ipynb were changed: loaders.py counts.",),
        accuracy=AccuracyResult(
            held_out=0.9612, threshold=0.94, marked=0.85, data="mnist", device="cuda"
        ),
        submission_digest="sha256:0123456789abcdef",
    )


@pytest.fixture
def small_class(failing: Result) -> list[Result]:
    """Not sorted: full marks, `failing`, rejected, and one that the grader failed on."""
    full = part("loaders", check("sizes", 10.0)), part("model", check("layers", 10.0))
    unlucky = part("loaders", check("sizes", 10.0, outcome=Outcome.UNGRADABLE))
    rejected = "Rejected: data.bin is a link; hand in the file itself"
    return [
        result("s004", unlucky, status=Status.INTERNAL, score=None),
        failing,
        result("s001", *full),
        result("s003", status=Status.REJECTED, score=None, notes=(rejected,)),
    ]
