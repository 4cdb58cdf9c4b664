"""What another grading changed."""

from __future__ import annotations

from collections.abc import Callable

from autograder.grading.results import Result, Standing, Status
from autograder.reports.changes import Change, changes_of


def test_changes_are_by_student_and_of_those_alone_who_stood_otherwise(
    failing: Result, make_result: Callable[..., Result]
) -> None:
    same, new = make_result("same", score=1.0), make_result("new", score=1.0)
    failed = make_result("failed", status=Status.INTERNAL, score=None)
    before = {
        "same": same.standing(),
        "failed": Standing(status=Status.GRADED, score=7.5, parts={}),
        "s002": Standing(status=Status.GRADED, score=6.5, parts={"loaders": 6.5, "model": 0.0}),
        "gone": same.standing(),
    }
    assert changes_of([same, failing, new, failed], before) == [
        Change("failed", "7.5", "internal", "", ""),
        Change("s002", "6.5", "5.0", "-1.5", "loaders -1.5"),
    ]
