"""Points, shares and outcomes in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.grading.results import CheckResult, Outcome, PartResult, Result, Status
from autograder.reports.words import (
    ending_of,
    exact_points,
    exact_share,
    points_text,
    score_text,
    share_text,
    time_text,
    verdict,
    why_unattempted,
)


@pytest.mark.parametrize(
    ("points", "exact", "text"),
    [
        (96.0, "96.0", "96"),
        (21.5, "21.5", "21.5"),
        (0.1 + 0.2, "0.3", "0.3"),
        (-0.0, "0.0", "0"),
        (100, "100.0", "100"),
        (1_000_000.0, "1000000.0", "1000000"),
    ],
)
def test_points(points: float, exact: str, text: str) -> None:
    assert exact_points(points) == exact
    assert points_text(points) == text


@pytest.mark.parametrize(
    ("share", "exact", "text"),
    [
        (0.961, "96.10 %", "96.1 %"),
        (0.93999, "93.99 %", "93.99 %"),
        (0.94, "94.00 %", "94 %"),
        (0.57, "57.00 %", "57 %"),
        (1.0, "100.00 %", "100 %"),
    ],
)
def test_a_share_below_the_threshold_never_looks_like_it(
    share: float, exact: str, text: str
) -> None:
    assert exact_share(share) == exact
    assert share_text(share) == text


def test_times() -> None:
    assert [time_text(6.12), time_text(99.9), time_text(240), time_text(9_000)] == [
        "6.1 s",
        "99.9 s",
        "4 min",
        "2.5 h",
    ]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_words(outcome: Outcome, make_check: Callable[..., CheckResult]) -> None:
    assert ending_of(make_check("a", outcome=outcome)).name == outcome.value


def test_code_that_was_never_written_has_not_failed(
    make_check: Callable[..., CheckResult],
) -> None:
    check = make_check("a", outcome=Outcome.FAILED, message="not attempted")
    assert ending_of(check).words == "Not attempted"


def test_says_why_a_part_was_not_attempted(
    make_check: Callable[..., CheckResult], make_part: Callable[..., PartResult]
) -> None:
    def part(message: str) -> PartResult:
        return make_part("a", make_check("a", outcome=Outcome.FAILED, message=message))

    assert why_unattempted(part("not attempted")) == ("Not attempted: still as it was handed out.")
    assert why_unattempted(part("not attempted: needs model too")) == (
        "Not attempted: needs model too."
    )


def test_scores(make_result: Callable[..., Result]) -> None:
    assert score_text(make_result("a", score=6.5)) == "6.5 of 20"
    assert score_text(make_result("a", score=None)) == "no score"


def test_one_sentence_for_each_kind_of_submission(
    failing: Result,
    make_result: Callable[..., Result],
    make_part: Callable[..., PartResult],
    make_check: Callable[..., CheckResult],
) -> None:
    assert verdict(failing) == (
        "1 of 6 checks passed. The most points are still to be won in “The model”."
    )
    full = make_part("a", make_check("a"))
    assert verdict(make_result("s", full)) == "All 1 checks passed."
    stub = make_part("a", make_check("a", outcome=Outcome.FAILED), attempted=False)
    assert verdict(make_result("s", stub)).startswith("Nothing was attempted")
    rejected = make_result("s", status=Status.REJECTED, score=None)
    assert "could not be read" in verdict(rejected)
    internal = make_result("s", full, status=Status.INTERNAL, score=None)
    assert "no fault of yours" in verdict(internal)
