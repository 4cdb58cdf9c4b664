"""A run that learned the mark and misses the threshold is done again, and nothing else is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder import course as courses
from autograder.course import Accuracy, Limits
from autograder.grading.batch import longest_grading
from autograder.grading.digests import key_of_repetition, seed_for
from autograder.grading.part_run import PartRun
from autograder.grading.plugin import Session
from autograder.grading.results import Outcome, Result, Status
from autograder.grading.session import Grader
from autograder.grading.submission import HandedIn

from ..luck import SKILL, write_course

KEY = b"k" * 32
DRAWN = "import random\n\n\ndef trained():\n    return [{held_out}, {marked}]\n"


@pytest.fixture(autouse=True)
def own_modules() -> Iterator[None]:
    """What an inner pytest run imports is forgotten again."""
    modules, path = dict(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]
    sys.path[:] = path


@pytest.fixture
def grade(tmp_path: Path) -> Callable[..., Result]:
    """Grade a submission whose training comes to these two expressions."""
    course = courses.load(write_course(tmp_path / "course"))
    assignment = course.assignment("luck")
    release = course.root / "release" / "luck"

    def go(held_out: str, marked: str = "0.9", key: bytes = KEY) -> Result:
        folder = tmp_path / "submitted" / "someone" / "luck"
        folder.mkdir(parents=True, exist_ok=True)
        text = DRAWN.format(held_out=held_out, marked=marked)
        (folder / "luck.py").write_text(text, encoding="utf-8")
        (folder / "skill.py").write_text(SKILL, encoding="utf-8")
        grader = Grader(assignment, release, key, "none", "cpu", "synthetic", no_images, cold=True)
        return grader.grade(HandedIn("someone", folder))[0]

    return go


def no_images() -> None:
    raise AssertionError("no check asks for images")


def outcomes(result: Result) -> dict[str, Outcome]:
    return {check.id: check.outcome for part in result.parts for check in part.checks}


def test_each_run_has_a_key_of_its_own_and_the_last_one_decides(grade):
    result = grade("0.8 + random.random() / 10")
    runs = result.accuracy.runs
    assert [run.marked for run in runs] == [0.9] * 3
    assert len({run.held_out for run in runs}) == 3
    assert (result.accuracy.held_out, result.accuracy.marked) == (runs[-1].held_out, 0.9)
    assert outcomes(result)["luck::accuracy"] is Outcome.FAILED
    assert result.score == 2
    assert grade("0.8 + random.random() / 10").accuracy == result.accuracy
    assert grade("0.8 + random.random() / 10", key=b"x" * 32).accuracy != result.accuracy


def test_the_first_run_that_reaches_the_threshold_ends_it(grade):
    # A third of the runs is good; this key draws a bad one first.
    for number in range(50):
        result = grade(f"random.choice([0.85, 0.85, 0.95]) + {number} / 1e6")
        runs = [run.held_out > 0.9 for run in result.accuracy.runs]
        if runs == [False, True]:
            break
    assert runs == [False, True]
    assert result.score == result.max_score
    assert result.accuracy.held_out == pytest.approx(0.95, abs=1e-4)


@pytest.mark.parametrize(
    ("held_out", "marked", "outcome"),
    [
        ("0.95", "0.9", Outcome.PASSED),
        ("0.89", "0.4", Outcome.FAILED),
        ("0.99", "0.01", Outcome.FAILED),
        ("1 / 0", "0.9", Outcome.ERROR),
        ("'much'", "0.9", Outcome.FAILED),
    ],
    ids=["passes", "mark not learned", "knows it from elsewhere", "raises", "no number"],
)
def test_nothing_else_is_repeated(grade, held_out, marked, outcome):
    result = grade(held_out, marked)
    assert len(result.accuracy.runs) == 1
    assert outcomes(result)["luck::accuracy"] is outcome
    assert result.status is Status.GRADED


def test_only_the_check_that_hangs_on_accuracy_is_done_again(grade, monkeypatch):
    """Another one of the same part keeps how it ended the first time."""
    asked = []

    def check(session: Session, run: PartRun) -> None:
        asked.append(set(run.checks))
        real(session, run)

    real = Session.check
    monkeypatch.setattr(Session, "check", check)
    result = grade("0.8")
    both = {"luck::accuracy", "luck::pair"}
    assert asked == [{"skill::skill"}, both, {"luck::accuracy"}, {"luck::accuracy"}]
    assert outcomes(result) == {
        "skill::skill": Outcome.PASSED,
        "luck::accuracy": Outcome.FAILED,
        "luck::pair": Outcome.PASSED,
    }


def test_what_was_not_attempted_has_no_runs(grade, tmp_path):
    grade("0.95")
    (tmp_path / "submitted" / "someone" / "luck" / "luck.py").unlink()
    course = courses.load(tmp_path / "course" / "course.yaml")
    grader = Grader(
        course.assignment("luck"), course.root / "release" / "luck", KEY, "none", "cpu",
        "synthetic", no_images, cold=True,
    )  # fmt: skip
    result, _ = grader.grade(HandedIn("someone", tmp_path / "submitted" / "someone" / "luck"))
    assert result.accuracy.runs == ()
    assert result.accuracy.held_out is None


def test_keys_of_repetitions_tell_nothing_of_each_other():
    keys = [KEY] + [key_of_repetition(KEY, "sha256:1", number) for number in (1, 2)]
    keys.append(key_of_repetition(KEY, "sha256:2", 1))
    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {32}
    assert len({seed_for(key, "sha256:1", "probe") for key in keys}) == len(keys)
    assert key_of_repetition(KEY, "sha256:1", 1) == keys[1]


def test_a_grading_may_take_as_long_as_all_its_runs(tmp_path):
    assignment = courses.load(write_course(tmp_path)).assignment("luck")
    once = assignment.model_copy(
        update={"accuracy": assignment.accuracy.model_copy(update={"repetitions": 0})}
    )
    assert assignment.limits.wall_seconds == Limits(wall_seconds=20).wall_seconds
    slack = 300.0
    assert longest_grading(assignment) - slack == 3 * (longest_grading(once) - slack)


@pytest.mark.parametrize(
    ("held_out", "marked", "close"),
    [(0.93, 0.5, True), (0.94, 0.9, False), (0.2, 0.9, True), (0.93, 0.49, False),
     (None, 0.9, False), (0.93, None, False)],
)  # fmt: skip
def test_close_is_what_learned_the_mark_and_missed(held_out, marked, close):
    rule = Accuracy(threshold=0.94, marked_share=0.06, marked_threshold=0.5)
    assert rule.is_close(held_out, marked) is close
