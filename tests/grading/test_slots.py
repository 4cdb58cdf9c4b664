"""A slot answers, dies or hangs; whatever it does is told of the submission that it was grading."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.grading import forker, slot
from autograder.grading.checks import BrokenChecks
from autograder.grading.environment import pytest_by_itself
from autograder.grading.results import Result, Status
from autograder.grading.slot import Answer, Lost
from autograder.grading.slot_process import encoded, result_and_log
from autograder.grading.slots import Slots
from autograder.grading.submission import HandedIn


def graded(plan: Any, *students: str, at_once: int = 1) -> dict[str, Answer | Lost]:
    """What is told of each; afterwards no process is left."""
    others = set(psutil.Process().children(recursive=True))
    with Slots(plan) as kept:
        to_do = [HandedIn(student, Path(student)) for student in students]
        told = {one.student: answer for one, answer in kept.grade(to_do, at_once)}
        below = set(psutil.Process().children(recursive=True)) - others
    assert not [process for process in below if process.is_running()]
    return told


def log_of(answer: Answer | Lost) -> str:
    assert isinstance(answer, Answer)
    assert answer.result is None
    return answer.log


def test_a_fault_of_the_grader_is_told_of_the_submission_it_hit_and_of_no_other(odd_plan):
    told = graded(odd_plan, "well", "raises", "exits", "nonsense", "unwritable", "dies", "threads")
    well = told["well"]
    assert isinstance(well, Answer)
    assert well.result is not None
    assert well.result.score == 1.0
    assert well.log == "a log\\x1b[31m"
    assert log_of(told["raises"]).endswith("MemoryError: all of it\n")
    assert log_of(told["exits"]).endswith("SystemExit: enough\n")
    assert "Input should be a valid dictionary" in log_of(told["nonsense"])
    assert "PydanticSerializationError" in log_of(told["unwritable"])
    assert isinstance(told["dies"], Lost)
    assert not told["dies"].stuck
    assert str(told["dies"]) == (
        "The grading process ended without a result (exit status 3). It said:\nlast words"
    )
    after = told["threads"]
    assert isinstance(after, Answer)
    assert after.result is not None
    assert after.result.notes == ("1",)


def test_a_crash_says_where_it_was(odd_plan):
    told = str(graded(odd_plan, "crashes")["crashes"])
    assert told.startswith("The grading process ended without a result (SIGSEGV). It said:\nFatal")
    assert "odd_grader.py" in told


def test_a_slot_that_hangs_is_ended_and_says_where(odd_plan, monkeypatch):
    monkeypatch.setattr(slot, "GRACE_SECONDS", 2.0)
    with Slots(odd_plan) as kept:
        asked = kept.grade([HandedIn(name, Path(name)) for name in ("well", "hangs", "threads")], 1)
        assert isinstance(next(asked)[1], Answer)
        odd_plan.seconds = 0.2
        lost = next(asked)[1]
        odd_plan.seconds = 60.0
        assert isinstance(next(asked)[1], Answer), "another slot goes on"
    assert isinstance(lost, Lost)
    assert lost.stuck
    assert str(lost).startswith("The grading process was stuck and was ended. It said:\nTimeout")
    assert "in hangs" in str(lost)


def test_a_slot_that_cannot_start_says_why(odd_plan):
    odd_plan.starts = False
    told = str(graded(odd_plan, "well")["well"])
    assert told.startswith("The grading process ended without a result (exit status 1). It said:\n")
    assert told.endswith("\nRuntimeError: the course file has gone")


def test_where_no_process_can_be_started_each_submission_is_told(odd_plan, monkeypatch):
    monkeypatch.setattr("sys.executable", "/nothing/here")
    told = graded(odd_plan, "well")
    assert str(told["well"]) == (
        "No grading process could be started: [Errno 2] No such file or directory: '/nothing/here'"
    )


def test_a_full_disk_is_not_the_fault_of_a_submission(odd_plan, monkeypatch):
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device", "/tmp")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(OSError, match="No space left on device"):
        graded(odd_plan, "well")


def test_slots_end_though_the_one_who_asks_stops_in_the_middle(odd_plan):
    others = set(psutil.Process().children(recursive=True))
    with Slots(odd_plan) as kept:
        asked = kept.grade([HandedIn(name, Path(name)) for name in ("well", "hangs")], 2)
        assert next(asked)[0].student == "well"
        below = set(psutil.Process().children(recursive=True)) - others
    assert len(below) == 3, "what they are forked from, and two slots"
    assert not [process for process in below if process.is_running()]


def test_slots_are_forked_from_a_process_that_got_ready_once(odd_plan):
    others = set(psutil.Process().children())
    with Slots(odd_plan) as kept:
        to_do = [HandedIn(name, Path(name)) for name in ("parent", "well", "parent")]
        told = [answer for _, answer in kept.grade(to_do, 2)]
        parents = [answer.result.notes for answer in told if answer.result.student == "parent"]
        (ready,) = set(psutil.Process().children()) - others
    assert parents == [(str(ready.pid),)] * 2
    assert not ready.is_running()


def test_where_the_one_they_are_forked_from_ends_the_next_gets_another(odd_plan):
    others = set(psutil.Process().children())
    with Slots(odd_plan) as kept:
        names = ("well", "hangs", "threads")
        asked = kept.grade([HandedIn(name, Path(name)) for name in names], 1)
        assert isinstance(next(asked)[1], Answer)
        (ready,) = set(psutil.Process().children()) - others
        slots_then = ready.children()
        ready.kill()
        lost = next(asked)[1]
        assert isinstance(lost, Lost)
        assert not lost.stuck
        assert str(lost) == "The grading process ended without a result (by itself)."
        assert isinstance(next(asked)[1], Answer)
        assert not [one for one in slots_then if one.is_running() and one.status() != "zombie"]


def test_one_that_never_gets_ready_is_ended(odd_plan, monkeypatch):
    monkeypatch.setattr(forker, "START_SECONDS", 0.5)
    monkeypatch.setattr(forker, "TICK_SECONDS", 0.1)
    monkeypatch.setattr(forker, "PATIENCE_SECONDS", 0.1)
    odd_plan.ready_after = 1000.0
    lost = graded(odd_plan, "well")["well"]
    assert str(lost) == "The grading process was stuck and was ended."


def test_checks_that_cannot_even_be_listed_say_why(odd_plan):
    odd_plan.starts = False
    with Slots(odd_plan) as kept, pytest.raises(BrokenChecks) as caught:
        kept.require_sound_checks()
    assert str(caught.value).startswith(
        "The checks could not be listed. The grading process ended without a result (exit status 1)"
    )
    assert str(caught.value).endswith("\nRuntimeError: the course file has gone")


def test_a_result_of_nobody_is_not_lost_either():
    class Grader:
        def grade(self, handed_in: HandedIn, spare_core: bool) -> tuple[Result, str]:
            raise KeyboardInterrupt

    result, log = result_and_log(Grader(), HandedIn("a", Path("a")))  # type: ignore[arg-type]
    assert result is None
    assert log.endswith("KeyboardInterrupt\n")


def test_a_log_is_bounded_and_does_nothing_to_a_terminal():
    result = Result(student="a", assignment="b", status=Status.INTERNAL, score=None, max_score=1.0)
    answer = Answer.model_validate_json(encoded(result, "\x1b[2J\ud800\n" + "x" * 1_000_000))
    assert answer.result == result
    assert answer.log.startswith("\\x1b[2J\\ud800\nxxx")
    assert len(answer.log) < 250_000


def test_pytest_in_this_process_sees_no_options_of_the_user(monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")
    monkeypatch.delenv("PYTEST_PLUGINS", raising=False)
    with pytest_by_itself():
        assert os.environ["PYTEST_ADDOPTS"] == ""
        assert os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] == "1"
    assert os.environ["PYTEST_ADDOPTS"] == "-k nothing"
    assert "PYTEST_PLUGINS" not in os.environ
