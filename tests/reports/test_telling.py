"""What is told once, and what for each check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograder.grading.results import CheckResult, Frame, Outcome, PartResult, Result
from autograder.reports.disclosure import Rules
from autograder.reports.telling import Told, cause_of, tell

AT_3 = Frame(file="loaders.py", line=3, function="f", text="x = 1 / 0")
AT_9 = Frame(file="loaders.py", line=9, function="g", text="f()")
ERROR: dict[str, Any] = {"outcome": Outcome.ERROR, "message": "ZeroDivisionError", "hint": "Why?"}


@pytest.fixture
def told(
    make_result: Callable[..., Result],
    make_part: Callable[..., PartResult],
    make_check: Callable[..., CheckResult],
) -> Callable[..., Told]:
    def tell_of(*checks: dict[str, Any], **changes: Any) -> Told:
        made = [make_check(f"c{place}", **values) for place, values in enumerate(checks)]
        return tell(make_result("ada", make_part("loaders", *made), **changes), Rules())

    return tell_of


def test_errors_that_share_a_cause_are_told_once(told: Callable[..., Told]) -> None:
    first = {**ERROR, "frames": (AT_9, AT_3)}
    same = {**ERROR, "frames": (AT_3,)}
    another = {**ERROR, "frames": (AT_9,)}
    one, two, three, four = told(first, same, another, same).parts[0].visible
    assert one.same_as is None
    assert one.frames == (AT_9, AT_3)
    assert one.hint == "Why?"
    assert two.same_as == four.same_as == one
    assert (two.message, two.frames, two.hint) == ("", (), "")
    assert three.same_as is None
    assert two.is_explained


def test_the_same_wrong_answer_is_told_once(told: Callable[..., Told]) -> None:
    wrong = {"outcome": Outcome.FAILED, "message": "m", "expected": "a tensor", "found": "None"}
    one, two, three = told(wrong, wrong, {**wrong, "found": "7"}).parts[0].visible
    assert two.same_as == one
    assert three.same_as is None


def test_checks_that_have_nothing_to_say_share_nothing(
    make_check: Callable[..., CheckResult],
) -> None:
    assert cause_of(make_check("a")) is None
    assert cause_of(make_check("a", outcome=Outcome.ERROR)) is None
    assert cause_of(make_check("a", outcome=Outcome.FAILED, message="not attempted")) is None


def test_hidden_checks_have_no_points_of_their_own(failing: Result) -> None:
    loaders, model = tell(failing, Rules()).parts
    assert [check.worth for check in loaders.visible] == ["5 of 5", "0 of 2.5", "0 of 1", "0 of 1"]
    assert [check.worth for check in loaders.hidden] == [""]
    assert loaders.hidden_points == "0 of 0.5 points"
    assert (model.why_unattempted, model.hidden) == (
        "Not attempted: still as it was handed out.", (),
    )  # fmt: skip


def test_every_check_has_an_anchor_of_its_own(failing: Result) -> None:
    parts = tell(failing, Rules()).parts
    anchors = [check.anchor for part in parts for check in (*part.visible, *part.hidden)]
    anchors += [part.anchor for part in parts]
    assert len(set(anchors)) == len(anchors) == 8
