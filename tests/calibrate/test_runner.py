"""Runs are done once, kept as they come, and a failure of the grader is told and tried again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from autograder.calibrate.kept import kept_runs
from autograder.calibrate.measuring import Run, key_of
from autograder.calibrate.record import Kind
from autograder.calibrate.runner import ToDo, measure, measured_in, to_do
from autograder.calibrate.runs import by_variant
from autograder.calibrate.variants import Variant
from autograder.grading.results import (
    AccuracyResult,
    AccuracyRun,
    CheckResult,
    Outcome,
    PartResult,
    Result,
    Status,
)
from autograder.grading.slots import Answer, Lost
from autograder.grading.submission import HandedIn

FIRST = Variant("reference", Kind.REFERENCE, {"luck.py": b"first"})
OTHER = Variant("other", Kind.WEAK, {"luck.py": b"other", "more/help.py": b""}, "why")


def result(outcome: Outcome = Outcome.PASSED, held_out: float | None = 0.96) -> Result:
    check = CheckResult(
        id="luck::a", title="", outcome=outcome, points=0, max_points=1, message="so"
    )
    return Result(
        student="",
        assignment="luck",
        status=Status.GRADED,
        score=None,
        max_score=1,
        parts=(
            PartResult(
                name="luck", title="", points=0, max_points=1, attempted=True, checks=(check,)
            ),
        ),
        accuracy=AccuracyResult(
            held_out=held_out,
            threshold=0.9,
            marked=0.8,
            data="mnist",
            device="cpu",
            runs=(AccuracyRun(held_out=held_out, marked=0.8),),
        ),
        seconds=1.5,
    )


class Slots:
    """Grades without a process; notes what it was given."""

    def __init__(self, *answers: Answer | Lost) -> None:
        self.answers = list(answers)
        self.seen: list[tuple[bytes, bytes]] = []

    def grade(
        self, to_do: Iterable[HandedIn], at_once: int
    ) -> Iterator[tuple[HandedIn, Answer | Lost]]:
        # Backwards, as nothing may hang on the order of the answers.
        for one in reversed(list(to_do)):
            assert isinstance(one, Run)
            self.seen.append((one.key, (one.path / "luck.py").read_bytes()))
            yield one, self.answers.pop() if self.answers else Answer(result=result(), log="")


def test_what_is_to_do_begins_with_the_reference():
    found = to_do([OTHER, FIRST], {Kind.REFERENCE: 3, Kind.WHEAT: 9, Kind.WEAK: 2})
    assert [(one.variant.name, one.number) for one in found] == [
        *(("reference", number) for number in range(3)),
        ("other", 0),
        ("other", 1),
    ]


def test_each_run_has_its_files_and_its_key_and_is_kept(luck, tmp_path):
    kept = kept_runs(tmp_path / "runs", luck, "mnist", "cpu")
    wanted = [ToDo(FIRST, 0), ToDo(FIRST, 1), ToDo(OTHER, 0)]
    slots = Slots()
    done = list(measure(wanted, kept, slots.grade, 2, tmp_path / "files"))
    assert slots.seen == [
        (key_of("luck", 0), b"other"), (key_of("luck", 1), b"first"), (key_of("luck", 0), b"first"),
    ]  # fmt: skip
    assert [one.kept for one in done] == [False] * 3
    assert {len(key) for key, _ in slots.seen} == {32}
    again = list(measure([*wanted, ToDo(FIRST, 2)], kept, slots.grade, 2, tmp_path / "again"))
    assert [(one.to_do.number, one.kept) for one in again] == [
        (0, True), (1, True), (0, True), (2, False),
    ]  # fmt: skip
    assert len(by_variant(again)["reference"]) == 3
    anew = measure(wanted, kept, slots.grade, 2, tmp_path / "anew", fresh=True)
    assert not any(one.kept for one in anew)


def test_a_stop_keeps_what_is_done(luck, tmp_path):
    kept = kept_runs(tmp_path / "runs", luck, "mnist", "cpu")
    wanted = [ToDo(FIRST, number) for number in range(5)]
    running = measure(wanted, kept, Slots().grade, 2, tmp_path / "files")
    next(running)
    next(running)
    running.close()
    again = list(measure(wanted, kept, Slots().grade, 2, tmp_path / "again"))
    assert [one.kept for one in again].count(True) == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Lost("The slot ended."), "The slot ended."),
        (Answer(result=None, log="Traceback: disk"), "Traceback: disk"),
        (Answer(result=result(Outcome.UNGRADABLE), log=""), "so"),
    ],
)
def test_what_the_grader_failed_on_counts_for_nothing(luck, tmp_path, answer, said):
    kept = kept_runs(tmp_path / "runs", luck, "mnist", "cpu")
    (failed,) = measure([ToDo(FIRST, 0)], kept, Slots(answer).grade, 1, tmp_path / "files")
    assert (failed.measured, failed.problem) == (None, said)
    assert by_variant([failed]) == {}
    (tried,) = measure([ToDo(FIRST, 0)], kept, Slots().grade, 1, tmp_path / "again")
    assert not tried.kept
    assert tried.measured is not None


def test_a_submission_that_raises_is_a_run_without_numbers():
    measured = measured_in(result(Outcome.ERROR, held_out=None))
    assert (measured.held_out, measured.outcome, measured.said) == (None, Outcome.ERROR, "so")
    assert measured.seconds == 1.5


def test_keys_are_the_same_for_everybody_and_differ():
    assert key_of("luck", 0).hex() == (
        "4f8f01e611c03c8c01f7b5a956c4f9d4dd261b279ce3d705bdcbfac0d559cb4b"
    )
    keys = {key_of(name, number) for name in ("luck", "mnist") for number in range(100)}
    assert len(keys) == 200


def test_place_of_files_is_a_folder_of_their_own(luck, tmp_path):
    kept = kept_runs(tmp_path / "runs", luck, "mnist", "cpu")
    list(measure([ToDo(OTHER, 0)], kept, Slots().grade, 1, tmp_path / "files"))
    assert sorted(
        path.relative_to(tmp_path / "files").as_posix()
        for path in Path(tmp_path / "files").rglob("*.py")
    ) == ["0/luck.py", "0/more/help.py"]
