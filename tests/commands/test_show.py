"""`autograder show`: a student's feedback on the terminal, at the level that the course sets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from autograder import course as courses
from autograder.cli import app
from autograder.commands.grade import rules_of, write_reports
from autograder.course import Feedback
from autograder.grading import results
from autograder.grading.register import begun, write_register
from autograder.grading.results import Outcome, Standing, Status, write_result
from autograder.reports.disclosure import Rules

CourseCopy = Callable[..., Path]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Results of two students."""
    check = results.CheckResult(
        id="model::sizes", title="The sizes", outcome=Outcome.FAILED, points=0.0, max_points=5.0,
        message="sizes: expected 3, found 4", expected="sizes: 3", found="4", hint="Count again.",
    )  # fmt: skip
    part = results.PartResult(
        name="model", title="The network", points=0.0, max_points=5.0, attempted=True,
        checks=(check,),
    )  # fmt: skip
    for student in ("ada", "bo"):
        result = results.Result(
            student=student, assignment="mnist", status=Status.GRADED, score=0.0, max_score=5.0,
            parts=(part,),
        )  # fmt: skip
        write_result(result, tmp_path / "out" / student)
    return tmp_path / "out"


def show(out: Path, course: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["show", str(out), *arguments, "--course", str(course)])


def test_it_shows_what_the_page_says(out: Path, course_copy: CourseCopy) -> None:
    ran = show(out, course_copy(), "ada")
    assert ran.exit_code == 0
    assert [line.rstrip() for line in ran.stdout.splitlines()] == [
        "Handwritten digits: ada: 0 of 5 points",
        "0 of 1 checks passed. The most points are still to be won in “The network”.",
        "",
        "The network  0 of 5",
        "  ✕ The sizes  (0 of 5)",
        "    expected  sizes: 3",
        "    found     4",
        "    hint      Count again.",
    ]


def test_it_writes_markdown_as_the_file_has_it(out: Path, course_copy: CourseCopy) -> None:
    course = course_copy()
    assignment = courses.load(course).assignments["mnist"]
    write_reports(assignment, out, results.read_results(out))
    ran = show(out, course, "ada", "--markdown")
    assert ran.stdout == (out / "ada" / "feedback.md").read_text(encoding="utf-8")
    assert "- Expected: `sizes: 3`" in ran.stdout


@pytest.mark.parametrize(("level", "says"), [("full", 3), ("no-expected", 2), ("points", 0)])
def test_the_course_says_how_much_students_see(
    out: Path, course_copy: CourseCopy, level: str, says: int
) -> None:
    course = course_copy(
        ("    data: mnist\n", f"    data: mnist\n    feedback: {{level: {level}}}\n")
    )
    text = show(out, course, "ada").stdout
    assert sum(word in text for word in ("sizes: 3", "found     4", "Count again.")) == says
    assert "The sizes  (0 of 5)" in text


def test_nobody_of_that_name(out: Path, course_copy: CourseCopy, tmp_path: Path) -> None:
    ran = show(out, course_copy(), "../ada")
    assert ran.exit_code == 2
    assert ran.stderr == (f"{out}: expected a result of '../ada', found none; there is ada, bo\n")
    ran = show(tmp_path, course_copy(), "ada")
    assert ran.stderr == (
        f"{tmp_path}: expected a result of 'ada', found none; `autograder grade` writes them\n"
    )


def test_labels_are_revealed_from_the_due_date_on_or_when_the_course_says(
    course_copy: CourseCopy,
) -> None:
    assignment = courses.load(course_copy()).assignments["mnist"]
    second = timedelta(seconds=1)
    assert not assignment.reveals(assignment.due - second)
    assert assignment.reveals(assignment.due)
    passed = datetime.now().astimezone() - second
    for since, revealed in ((passed, True), (passed + timedelta(days=1), False)):
        changed = assignment.model_copy(
            update={"feedback": Feedback().model_copy(update={"reveal_from": since})}
        )
        assert rules_of(changed) == Rules(details=True, expected=True, revealed=revealed)


def test_reports_written_again_still_say_what_the_last_grading_changed(
    out: Path, course_copy: CourseCopy
) -> None:
    earlier = Standing(status=Status.GRADED, score=3.0, parts={"model": 3.0})
    register = begun(None, "mnist", {"ada": earlier, "bo": None}, again=False)
    write_register(register.finished(), out)
    ran = CliRunner().invoke(app, ["report", str(out), "--course", str(course_copy())])
    assert ran.exit_code == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "What changed since the last grading" in page
    assert "model -3.0" in page
