"""Every submission of a class ends with a result on disk, whatever the grader does to it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.course import Limits
from autograder.grading import batch, slot
from autograder.grading.batch import Batch, longest_grading
from autograder.grading.register import Register, begun, read_register
from autograder.grading.results import Result, Status, read_result, write_result
from autograder.grading.slots import Slots
from autograder.grading.submission import HandedIn

INTERNAL = ("The grader failed on this submission; its log says why.",)


def batch_of(plan: Any, out: Path, *students: str, register: Register | None = None) -> Batch:
    """A batch of these students, whose submissions nobody has to read."""
    grader: Any = SimpleNamespace(
        assignment=SimpleNamespace(points=1.0, late=None), checks_digest="sha256:0", backend="none"
    )
    register = register or begun(None, "odd", dict.fromkeys(students), again=False)
    class_ = [HandedIn(student, Path(student)) for student in students]
    return Batch(plan, class_, out, grader, Slots(plan), register)


def graded(one: Batch, jobs: int = 2) -> dict[str, Status]:
    with one._slots:
        found = {done.result.student: done for done in one.grade(jobs)}
    for student, done in found.items():
        assert done.result == read_result(one.out / student)
        assert not done.kept
    return {student: done.result.status for student, done in found.items()}


def log_of(out: Path, student: str) -> str:
    return (out / student / "grader.log").read_text()


def test_faults_of_the_grader_cost_the_submission_they_hit_its_score_and_no_other(
    odd_plan, tmp_path
):
    (tmp_path / "quiet").mkdir()
    (tmp_path / "quiet" / "grader.log").write_text("of an earlier grading")
    assert graded(batch_of(odd_plan, tmp_path, "dies", "well", "raises", "quiet")) == {
        "well": Status.GRADED,
        "quiet": Status.GRADED,
        "raises": Status.INTERNAL,
        "dies": Status.INTERNAL,
    }
    for student in ("dies", "raises"):
        result = read_result(tmp_path / student)
        assert result is not None
        assert (result.score, result.max_score, result.notes) == (None, 1.0, INTERNAL)
    assert log_of(tmp_path, "dies") == (
        "The grading process ended without a result (exit status 3). It said:\nlast words\n"
    )
    assert log_of(tmp_path, "raises").endswith("MemoryError: all of it\n")
    assert log_of(tmp_path, "well") == "a log\\x1b[31m"
    assert not (tmp_path / "quiet" / "grader.log").exists()


def test_what_took_its_process_along_is_tried_once_more(odd_plan, tmp_path):
    assert graded(batch_of(odd_plan, tmp_path, "dies_once", "well")) == {
        "well": Status.GRADED,
        "dies_once": Status.GRADED,
    }


def test_a_grader_that_is_stuck_is_not_waited_for_twice(odd_plan, tmp_path, monkeypatch):
    monkeypatch.setattr(slot, "GRACE_SECONDS", 2.0)
    stuck = batch_of(odd_plan, tmp_path, "well", "hangs")
    with stuck._slots:
        done = stuck.grade(1)
        assert next(done).result.student == "well"
        odd_plan.seconds = 0.2
        assert next(done).result.status is Status.INTERNAL
    assert log_of(tmp_path, "hangs").startswith("The grading process was stuck and was ended.")


def test_those_to_grade_again_are_remembered_until_they_are(odd_plan, tmp_path):
    register = begun(None, "odd", dict.fromkeys(("well", "quiet")), again=True)
    one = batch_of(odd_plan, tmp_path, "well", "quiet", register=register)
    with one._slots:
        done = one.grade(1)
        next(done)
        assert read_register(tmp_path) == register.without("well")
        next(done)
    assert read_register(tmp_path) == register.without("well").without("quiet")
    one.finish()
    assert read_register(tmp_path) == Register(
        assignment="odd", students=("well", "quiet"), unfinished=False
    )


def test_where_workers_have_no_space_nothing_is_graded_for_good(odd_plan, tmp_path, monkeypatch):
    def full() -> None:
        raise OSError(28, "No space left on device", "/tmp")

    monkeypatch.setattr(batch, "require_space_to_work", full)
    with pytest.raises(OSError, match="No space left on device"):
        graded(batch_of(odd_plan, tmp_path, "well"))
    assert list(tmp_path.glob("*/*")) == []


def test_no_submission_can_take_as_long_as_that():
    part = SimpleNamespace()
    assignment: Any = SimpleNamespace(
        parts=[part, part], limits_of=lambda part: Limits(wall_seconds=100), accuracy=None
    )
    assert longest_grading(assignment) == 300 + 2 * (2 * 100 + 120)
    assignment.accuracy = SimpleNamespace(repetitions=2)
    assert longest_grading(assignment) == 300 + 3 * 2 * (2 * 100 + 120)


def test_who_took_longest_comes_first_after_those_of_whom_nothing_is_known(odd_plan, tmp_path):
    students = ("quiet", "well", "raises", "threads")
    for student, seconds in (("quiet", 1.0), ("well", 9.0), ("threads", 3.0)):
        old = Result(
            student=student,
            assignment="odd",
            status=Status.INTERNAL,
            score=None,
            max_score=1.0,
            seconds=seconds,
        )
        write_result(old, tmp_path / student)
    assert list(graded(batch_of(odd_plan, tmp_path, *students), jobs=1)) == [
        "raises",
        "well",
        "threads",
        "quiet",
    ]
