"""What is graded aside, where a core is free, comes out as it does in its turn."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from autograder.grading.aside import Failed, aside
from autograder.grading.batch import Plan
from autograder.grading.environment import pytest_by_itself
from autograder.grading.results import Result
from autograder.grading.submission import HandedIn

from .conftest import REFERENCE, hand_in


def children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


@pytest.fixture
def others() -> set[psutil.Process]:
    """Processes that other tests' fixtures keep."""
    return children()


class TestAside:
    def test_its_result_comes_back_and_both_work_meanwhile(self, others):
        here = os.getpid()
        with aside(lambda: (os.getpid(), time.sleep(0.05))) as answer:
            [child] = children() - others
            there, _ = answer()
        assert there == child.pid != here
        assert not child.is_running()

    def test_an_error_there_is_told_here_with_its_traceback(self):
        with aside(lambda: 1 // 0) as answer, pytest.raises(Failed) as caught:
            answer()
        assert str(caught.value).startswith("Traceback")
        assert str(caught.value).endswith("ZeroDivisionError: integer division or modulo by zero\n")

    def test_an_end_without_a_result_is_told_here(self):
        with aside(lambda: os._exit(3)) as answer, pytest.raises(Failed) as caught:
            answer()
        assert str(caught.value) == "the process that did it ended without a result (3)"

    def test_nothing_is_left_of_it_where_nobody_waits(self, others):
        with aside(lambda: time.sleep(100)):
            [child] = children() - others
        assert not child.is_running()

    def test_it_leaves_nothing_open(self):
        before = os.listdir("/proc/self/fd")
        with aside(lambda: b"x" * (1 << 20)) as answer:
            assert len(answer()) == 1 << 20
        assert os.listdir("/proc/self/fd") == before


SUBMISSIONS = {
    "reference": REFERENCE,
    "one-bug": REFERENCE | {"double.py": "def double(x):\n    return x + 2\n"},
    "leaving": REFERENCE | {"greet.py": "import os\nos._exit(0)\n"},
    "looping": REFERENCE | {"greet.py": "while True:\n    pass\n"},
    "one-module": {"double.py": REFERENCE["double.py"]},
}


def outcome(result: Result) -> dict:
    """The result without what time decides, and without the words for an import that hangs."""
    found = result.model_dump(exclude={"seconds"})
    for part in found["parts"]:
        for check in part["checks"]:
            if check["outcome"] == "timeout":
                check["message"] = ""
    return found


def plan_for(course: Path) -> Plan:
    return Plan(
        course=course,
        assignment="tiny",
        release=course.parent / "release" / "tiny",
        key=b"k" * 32,
        backend="none",
        device="cpu",
        data_name="mnist",
        data_root=None,
        seconds=60,
    )


def test_a_spare_core_changes_no_result(
    tiny_course: Path, tmp_path: Path, others: set[psutil.Process]
):
    course = tiny_course.read_text().replace("call_seconds: 3", "call_seconds: 1")
    tiny_course.write_text(course)
    plan = plan_for(tiny_course)
    for student, files in SUBMISSIONS.items():
        hand_in(tmp_path / "submitted", student, files)
    graders = [plan.grader(), replace(plan, cold=True).grader()]
    with pytest_by_itself():
        for student in SUBMISSIONS:
            handed_in = HandedIn(student, tmp_path / "submitted" / student / "tiny")
            ways = [(grader, spare) for grader in graders for spare in (False, True)]
            found = [grader.grade(handed_in, spare_core=spare) for grader, spare in ways]
            assert [part.name for part in found[0][0].parts] == ["double", "greet", "both"]
            assert [outcome(result) for result, _ in found] == [outcome(found[0][0])] * 4
            assert [log for _, log in found] == [""] * 4
    for grader in graders:
        grader.close()
    assert children() <= others


def test_a_check_that_ends_pytest_spoils_no_later_grading(tiny_course: Path, tmp_path: Path):
    checks = tiny_course.parent / "source" / "tiny" / "checks" / "test_double.py"
    left = "if probe(doubled, numbers=[0]) == [1]: pytest.exit('enough')\n    expect.equal"
    checks.write_text(checks.read_text().replace("expect.equal", left, 1))
    odd = REFERENCE | {"double.py": "def double(x):\n    return 2 * x or 1\n"}
    for student, files in {"odd": odd, "reference": REFERENCE}.items():
        hand_in(tmp_path / "submitted", student, files)
    grader = plan_for(tiny_course).grader()
    submitted = tmp_path / "submitted"

    def both() -> list[Result]:
        names = ("odd", "reference", "odd", "reference")
        return [grader.grade(HandedIn(name, submitted / name / "tiny"))[0] for name in names]

    with pytest_by_itself():
        found = grader.in_session(both)
    grader.close()
    assert [result.score for result in found] == [None, 6, None, 6]
