"""Results of a class for every format: all endings of a check, late work, and no score at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.results import (
    AccuracyResult,
    CheckResult,
    Frame,
    LateWork,
    Outcome,
    PartResult,
    Result,
    Status,
    Submitted,
)

DUE = datetime(2027, 3, 1, 22, 59, tzinfo=UTC)
STAMP = Submitted(time=datetime(2027, 3, 2, 11, tzinfo=UTC), source="timestamp.txt")


def check(name: str, points: float, outcome: Outcome = Outcome.PASSED, **more: Any) -> CheckResult:
    return CheckResult(
        id=name,
        title=f"What {name} does",
        outcome=outcome,
        points=points if outcome is Outcome.PASSED else 0.0,
        max_points=points,
        **more,
    )


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
    raw = sum(one.points for one in parts)
    values: dict[str, Any] = {
        "student": student,
        "assignment": "digits",
        "status": Status.GRADED,
        "score": raw,
        "raw_score": raw,
        "max_score": 20.0,
        "parts": parts,
        "submitted": STAMP,
        "seconds": 6.12,
        "submission_digest": "sha256:0123456789abcdef",
        "checks_digest": "sha256:fedcba9876543210",
    }
    return Result(**(values | changes))


def full_marks(student: str, **changes: Any) -> Result:
    accuracy = AccuracyResult(
        held_out=0.9612, threshold=0.94, marked=0.85, data="mnist", device="cpu"
    )
    parts = (
        part("loaders", check("sizes", 7.5), check("secret", 2.5, visible=False)),
        part("model", check("layers", 10.0)),
    )
    return result(student, *parts, **({"accuracy": accuracy} | changes))


@pytest.fixture
def failing() -> Result:
    """One check of every ending, a hidden one among them, handed in a day late."""
    frame = Frame(file="loaders.py", line=14, function="split", text="return 1 / 0")
    late = LateWork(
        due=DUE,
        units=1,
        unit="day",
        grace_days=0,
        cut_off=False,
        penalty=2.0,
        lateness="Handed in 2027-03-02 12:00 CET (timestamp.txt). 1 day late.",
        sum="5.5 − 1 × 2 = 3.5 points.",
    )
    return result(
        "s002",
        part(
            "loaders",
            check("sizes", 5.5),
            check(
                "order",
                2.0,
                Outcome.FAILED,
                message="the batches: expected [64, 2], found [64]",
                expected="the batches: [64, 2]",
                found="[64]",
                hint="Nothing is dropped.",
            ),
            check(
                "seeds",
                1.0,
                Outcome.ERROR,
                message="ZeroDivisionError: division by \x1b[31m<zero> & more",
                frames=(frame,),
            ),
            check("pairs", 1.0, Outcome.TIMEOUT, message="Your code took too long."),
            check(
                "secret",
                0.5,
                Outcome.FAILED,
                visible=False,
                message="SECRET MESSAGE",
                expected="SECRET EXPECTED",
                found="SECRET FOUND",
                frames=(frame.model_copy(update={"text": "SECRET FRAME"}),),
                hint="What a hidden check may say.",
            ),
        ),
        part(
            "model", check("layers", 10.0, Outcome.FAILED, message="not attempted"), attempted=False
        ),
        score=3.5,
        late=late,
    )


@pytest.fixture
def rejected() -> Result:
    note = "Rejected: data.bin is a link; hand in the file itself"
    return result("s003", status=Status.REJECTED, score=None, raw_score=None, notes=(note,))


@pytest.fixture
def internal() -> Result:
    unlucky = part("loaders", check("sizes", 10.0, Outcome.UNGRADABLE))
    return result("s004", unlucky, status=Status.INTERNAL, score=None, raw_score=None)


@pytest.fixture
def small_class(failing: Result, rejected: Result, internal: Result) -> list[Result]:
    return [full_marks("s001"), failing, rejected, internal]


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compares a text with the golden file of a name; GOLDEN=write writes it."""

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parent / "golden" / name
        if os.environ.get("GOLDEN") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert path.read_bytes().decode("utf-8") == text

    return compare
