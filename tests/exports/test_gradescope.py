"""results.json as Gradescope reads it: tests add up, and nothing hidden can be worked out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from autograder.exports.gradescope import NoScore, gradescope
from autograder.grading.results import LateWork, Result

from .conftest import full_marks

Golden = Callable[[str, str], None]
Visibility = Literal["hidden", "after_due_date", "after_published", "visible"]


class Test(BaseModel):
    """A test as Gradescope's specification has it; points below 0 are allowed there."""

    model_config = ConfigDict(extra="forbid", strict=True)
    __test__ = False

    name: str
    number: str
    score: float
    max_score: float
    status: Literal["passed", "failed"] | None = None
    output: str
    visibility: Visibility


class Results(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    score: float = Field(ge=0)
    execution_time: int
    output: str
    output_format: Literal["text", "html", "simple_format", "md", "ansi"]
    stdout_visibility: Visibility
    tests: list[Test]
    extra_data: dict[str, Any]


def read(result: Result) -> Results:
    return Results.model_validate_json(gradescope(result))


def test_is_the_golden_file(failing: Result, golden: Golden) -> None:
    golden("results.json", gradescope(failing))


def test_the_tests_add_up_to_the_score(failing: Result) -> None:
    for one in (failing, full_marks("s001")):
        written = read(one)
        assert sum(test.score for test in written.tests) == written.score == one.score


def test_hidden_checks_and_what_tells_of_them_wait_until_grades_are_published(
    failing: Result,
) -> None:
    written = read(failing)
    later = [test.name for test in written.tests if test.visibility == "after_published"]
    assert later == ["The loaders: What secret does", "Late work"]
    assert written.output == (
        "1 of 5 public checks passed.\n"
        "1 hidden check and the total are shown when grades are published.\n"
        "Handed in 2027-03-02 12:00 CET (timestamp.txt). 1 day late."
    )
    assert "SECRET" not in gradescope(failing)
    assert "5.5" not in written.output


def test_without_hidden_checks_everything_is_visible() -> None:
    open_parts = tuple(
        one.model_copy(update={"checks": tuple(c for c in one.checks if c.visible)})
        for one in full_marks("s001").parts
    )
    written = read(full_marks("s001").model_copy(update={"parts": open_parts}))
    assert {test.visibility for test in written.tests} == {"visible"}
    assert written.output == "2 of 2 public checks passed."


def test_on_time_there_is_no_penalty_to_show(failing: Result) -> None:
    assert failing.late is not None
    on_time: LateWork = failing.late.model_copy(update={"penalty": 0.0, "sum": ""})
    written = read(failing.model_copy(update={"late": on_time, "score": 5.5}))
    assert "Late work" not in [test.name for test in written.tests]


def test_a_rejected_submission_gets_no_points_and_the_reason(rejected: Result) -> None:
    written = read(rejected)
    assert (written.score, written.tests) == (0.0, [])
    assert written.output == "Rejected: data.bin is a link; hand in the file itself"


def test_a_failure_of_the_grader_is_no_result(internal: Result) -> None:
    with pytest.raises(NoScore) as caught:
        gradescope(internal)
    assert str(caught.value) == "s004: the grader failed, so there is no score"


def test_what_a_student_wrote_does_nothing(failing: Result) -> None:
    assert r"\x1b[31m<zero> & more" in json.loads(gradescope(failing))["tests"][2]["output"]
