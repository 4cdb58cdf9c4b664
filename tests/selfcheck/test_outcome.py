"""How a check ended, and the lines that a student reads about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.selfcheck.checkinfo import CheckInfo
from autograder.selfcheck.expect import CheckFailed
from autograder.selfcheck.frames import Frame
from autograder.selfcheck.outcome import (
    ERROR,
    FAILED,
    NOT_ATTEMPTED,
    PASSED,
    NotAttempted,
    NothingWritten,
    Outcome,
    is_unwritten,
    outcome_of,
)

CHECK = CheckInfo("loaders::sizes", "loaders", "The loaders have the right sizes.", 2.5, "Read it.")
FRAME = Frame("loaders.py", 7, "f", "return x / 0")


def end(error: BaseException | None, frames: tuple[Frame, ...] = ()) -> Outcome:
    return outcome_of(CHECK, error, ("loaders",), frames)


def test_a_check_that_passed_has_its_points() -> None:
    outcome = end(None)
    assert (outcome.kind, outcome.points(), outcome.message) == (PASSED, 2.5, "")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NotAttempted("loaders: not attempted yet"), NOT_ATTEMPTED),
        (NotImplementedError("loaders: still to be written"), NOT_ATTEMPTED),
        (NotImplementedError("model: still to be written"), ERROR),
        (NotImplementedError(), ERROR),
        (NothingWritten("loaders.py is empty"), FAILED),
        (CheckFailed("1", "2"), FAILED),
        (AssertionError("the sizes differ"), FAILED),
        (ZeroDivisionError("division by zero"), ERROR),
        (SystemExit(1), ERROR),
    ],
)
def test_any_other_end_has_none(error: BaseException, kind: str) -> None:
    outcome = end(error)
    assert (outcome.kind, outcome.points()) == (kind, 0.0)


def test_a_failed_assertion_of_the_student_is_an_error() -> None:
    assert end(AssertionError("mine"), (FRAME,)).kind == ERROR


def test_what_a_stub_raises_is_known() -> None:
    assert is_unwritten(NotImplementedError("loaders: build is still to be written"), ("loaders",))
    assert not is_unwritten(ValueError("loaders: no"), ("loaders",))
    assert not is_unwritten(NotImplementedError("loadersx: no"), ("loaders",))


@pytest.mark.parametrize(
    ("error", "frames", "lines"),
    [
        (
            CheckFailed("3 batches", "2", "the training loader"), (),
            ["  expected  the training loader: 3 batches", "  found     2"],
        ),
        (AssertionError(), (), ["  the check's condition does not hold"]),
        (
            ZeroDivisionError("division by zero"), (FRAME,),
            [
                "  ZeroDivisionError: division by zero",
                "    loaders.py:7 in f",
                "        return x / 0",
            ],
        ),
    ],
)  # fmt: skip
def test_the_lines_name_the_check_the_trouble_and_the_hint(
    error: BaseException, frames: tuple[Frame, ...], lines: list[str]
) -> None:
    assert end(error, frames).lines() == [CHECK.title, *lines, "  hint      Read it."]


def test_the_section_to_reread_is_named() -> None:
    check = replace(CHECK, section="Exercise: `split`")
    lines = outcome_of(check, CheckFailed("1", "2"), ("loaders",), ()).lines()
    assert lines[-1] == "  reread    “Exercise: split” in the notebook"
