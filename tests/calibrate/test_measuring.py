"""A run is an ordinary grading of the parts that hang on accuracy, and it is never repeated."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from autograder.calibrate.measuring import (
    MeasuringPlan,
    NothingToMeasure,
    Run,
    key_of,
    measured_parts,
    outcome_of,
    without_repetition,
)
from autograder.calibrate.variants import variants_of
from autograder.grading.batch import Plan
from autograder.grading.results import Outcome
from autograder.grading.submission import HandedIn


@pytest.fixture(autouse=True)
def own_modules() -> Iterator[None]:
    """What an inner pytest run imports is forgotten again."""
    modules, path = dict(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]
    sys.path[:] = path


def test_a_run_gives_what_the_ordinary_grader_gives_under_that_key(luck_course, luck, tmp_path):
    folder = tmp_path / "reference"
    folder.mkdir()
    for name, content in variants_of(luck_course, luck)[0].files.items():
        (folder / name).write_bytes(content)
    values = {
        "course": luck_course.path, "assignment": "luck",
        "release": luck_course.root / "release" / "luck", "key": b"k" * 32, "backend": "none",
        "device": "cpu", "data_name": "synthetic", "data_root": None, "seconds": 60.0, "cold": True,
    }  # fmt: skip
    grader = MeasuringPlan(**values).grader()
    numbers = []
    for number in (0, 1):
        result, log = grader.grade(Run("one", folder, key=key_of("luck", number)))
        assert log == ""
        assert [part.name for part in result.parts] == ["luck"]
        assert outcome_of(result) is Outcome.PASSED
        ordinary = replace(Plan(**values), key=key_of("luck", number)).grader()
        graded, _ = ordinary.grade(HandedIn("one", folder))
        assert graded.accuracy == result.accuracy
        assert graded.parts[1] == result.parts[0]
        numbers.append(result.accuracy.held_out)
    assert numbers[0] != numbers[1]


def test_nothing_is_repeated(luck):
    once = without_repetition(luck)
    assert (once.accuracy.repetitions, luck.accuracy.repetitions) == (0, 2)
    assert (once.name, once.folder, once.parts) == (luck.name, luck.folder, luck.parts)
    bare = luck.model_copy(update={"accuracy": None})
    assert without_repetition(bare) is bare


def test_parts_are_those_whose_checks_ask_for_the_rule(luck):
    assert measured_parts(luck) == ["luck"]


def test_without_a_rule_or_a_check_there_is_nothing_to_measure(luck):
    end = "there is no threshold to calibrate"
    with pytest.raises(NothingToMeasure) as caught:
        measured_parts(luck.model_copy(update={"accuracy": None}))
    assert str(caught.value) == (
        "luck: expected an accuracy rule in course.yaml and a check that asks for accuracy_rule, "
        f"found no rule; {end}"
    )
    path = luck.folder / "checks" / "test_luck.py"
    path.write_text(path.read_text().replace("accuracy_rule", "settings"))
    with pytest.raises(NothingToMeasure, match=f"found no check; {end}"):
        measured_parts(luck)
