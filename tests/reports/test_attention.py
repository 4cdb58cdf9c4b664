"""Who needs a person first, and in which order."""

from __future__ import annotations

from collections.abc import Callable

from autograder.grading.results import Result, Status
from autograder.reports.attention import Attention, needs_a_person


def test_the_graders_failures_come_first_then_rejected_then_timeouts(
    small_class: list[Result],
) -> None:
    assert needs_a_person(small_class) == [
        Attention("s004", "internal", "Could not be checked: loaders (1 check)"),
        Attention("s003", "rejected", "data.bin is a link; hand in the file itself"),
        Attention("s002", "timeout", "Ran out of time: loaders (1 check)"),
    ]


def test_a_grader_that_died_is_told_by_its_note(make_result: Callable[..., Result]) -> None:
    died = make_result("a", status=Status.INTERNAL, score=None, notes=("The grader failed.",))
    assert needs_a_person([died]) == [Attention("a", "internal", "The grader failed.")]
