"""A course whose training is a draw of lots, and runs of it that never happened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autograder import course as courses
from autograder.calibrate.kept import Measured
from autograder.calibrate.runs import Runs
from autograder.course import Accuracy, Assignment, Course
from autograder.grading.results import Outcome

from ..luck import write_course

RULE = Accuracy(threshold=0.94, marked_share=0.06, marked_threshold=0.5)


@pytest.fixture
def luck_course(tmp_path: Path) -> Course:
    return courses.load(write_course(tmp_path / "course"))


@pytest.fixture
def luck(luck_course: Course) -> Assignment:
    return luck_course.assignment("luck")


def run(held_out: float | None, marked: float | None = 0.9) -> Measured:
    """A run that ended with these shares."""
    passed = held_out is not None and held_out >= RULE.threshold
    outcome = Outcome.PASSED if passed else Outcome.FAILED
    return Measured(held_out=held_out, marked=marked, outcome=outcome)


def runs(*held_out: float | None, marked: float | None = 0.9) -> Runs:
    return Runs(tuple(run(share, None if share is None else marked) for share in held_out))


@pytest.fixture(scope="session")
def drawn() -> Callable[..., Runs]:
    """So many runs of a submission whose shares are normal, rounded as those of 10,000 images."""

    def draw(count: int, mean: float = 0.964, deviation: float = 0.0025, seed: int = 0) -> Runs:
        rng = np.random.default_rng(seed)
        shares = np.round(rng.normal(mean, deviation, count), 4)
        marks = np.round(rng.normal(0.88, 0.009, count), 4)
        pairs = zip(shares.tolist(), marks.tolist(), strict=True)
        return Runs(tuple(run(share, mark) for share, mark in pairs))

    return draw
