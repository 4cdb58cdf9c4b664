"""Who needs a person first, and in which order."""

from __future__ import annotations

from collections.abc import Callable

from autograder.grading.results import (
    AccuracyResult,
    CheckResult,
    Outcome,
    PartResult,
    Result,
    Status,
)
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


Make = Callable[..., Result]


def accuracy(held_out: float, marked: float) -> AccuracyResult:
    return AccuracyResult(
        held_out=held_out, threshold=0.94, marked=marked, data="mnist", device="cpu"
    )


def test_attempts_at_the_grader_are_named(
    make_result: Make,
    make_part: Callable[..., PartResult],
    make_check: Callable[..., CheckResult],
) -> None:
    forged = make_part("loaders", make_check("a", outcome=Outcome.FAILED, tampered=True))
    taught = make_result("b", accuracy=accuracy(0.98, 0.01))
    assert needs_a_person([make_result("a", forged), taught]) == [
        Attention("a", "tampering", "Sent the grader what only forged messages look like: loaders"),
        Attention(
            "b",
            "tampering",
            "98.00 % of the held-out images right, but 1.00 % of those with this run's mark: not "
            "trained on this run's images",
        ),
    ]
    honest = [accuracy(0.96, 0.85), accuracy(0.5, 0.1)]
    assert needs_a_person([make_result("c", accuracy=one) for one in honest]) == []


def test_who_got_much_less_than_the_self_check_promised(
    make_result: Make,
    make_part: Callable[..., PartResult],
    make_check: Callable[..., CheckResult],
) -> None:
    def one(student: str, hidden: Outcome, visible: Outcome = Outcome.PASSED) -> Result:
        checks = (
            make_check("a", 14.0, outcome=visible),
            make_check("b", 6.0, outcome=hidden, visible=False),
        )
        return make_result(student, make_part("loaders", *checks))

    class_ = [
        one("a", Outcome.FAILED),
        one("b", Outcome.PASSED),
        one("c", Outcome.FAILED, visible=Outcome.FAILED),
        make_result("d"),
    ]
    assert needs_a_person(class_) == [
        Attention("a", "surprise", "14 of 14 in the self-check, but only 0 of 6 for hidden checks")
    ]
