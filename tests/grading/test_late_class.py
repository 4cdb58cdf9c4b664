"""A class under a rule for late work: graded once, then settled again without running anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.commands.grade import grade
from autograder.commands.options import GradeOptions
from autograder.grading.results import Result, read_result

from .conftest import REFERENCE, hand_in

DUE = "    due: 2027-03-01 23:59 Europe/Berlin\n"
TIMES = """\
student,submitted
late,2027-03-02 12:00 Europe/Berlin
on-time,2027-03-01 12:00 Europe/Berlin
"""


def settle(course: Path, rule: str, submissions: Path, out: Path) -> dict[str, Result]:
    """The class graded under the course with this rule."""
    text = course.read_text()
    head, rest = text.split(DUE)
    rest = rest[rest.index("    data:") :]
    course.write_text(f"{head}{DUE}{rule}{rest}")
    options = GradeOptions(submissions, out=out, sandbox="none", jobs=1)
    assert grade(course, options) == 0
    found = {name: read_result(out / name) for name in ("late", "on-time")}
    return {name: result for name, result in found.items() if result is not None}


def test_only_the_sum_changes_with_the_rule(
    tiny_course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    submissions, out = tmp_path / "submitted", tmp_path / "graded"
    for student in ("late", "on-time"):
        hand_in(submissions, student, REFERENCE)
    (submissions / "times.csv").write_text(TIMES)

    first = settle(tiny_course, "    late: {penalty: 25}\n", submissions, out)
    assert {name: (one.raw_score, one.score) for name, one in first.items()} == {
        "late": (6.0, 4.5),
        "on-time": (6.0, 6.0),
    }
    said = capsys.readouterr().out
    explanation = (
        "Handed in 2027-03-02 12:00 CET (times.csv), due 2027-03-01 23:59 CET. "
        "1 day late (one that has begun counts). 6 − 1 × 1.5 = 4.5 points."
    )
    assert f"  late  {explanation}" in said
    assert explanation in (out / "late" / "feedback.html").read_text()
    assert (out / "grades.csv").read_text() == (
        "student,status,score,max_score,double,greet,both,raw_score,late_penalty\n"
        "late,graded,4.5,6.0,3.0,2.0,1.0,6.0,1.5\n"
        "on-time,graded,6.0,6.0,3.0,2.0,1.0,6.0,0.0\n"
    )

    second = settle(tiny_course, "    late: {penalty: 50}\n", submissions, out)
    said = capsys.readouterr().out
    assert second["late"].score == 3.0
    assert second["late"].seconds == first["late"].seconds
    assert "late  kept  3.0 of 6" in said
    assert "Changed since the last grading:" in said

    third = settle(tiny_course, "", submissions, out)
    assert (third["late"].score, third["late"].late) == (6.0, None)
    assert "on-time  kept  6.0 of 6" in capsys.readouterr().out
