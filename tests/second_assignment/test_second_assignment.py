"""An assignment of a folder and an entry: released, self-checked and graded like the first one."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.trial import self_check
from autograder.authoring.verify import verify

from .conftest import Released


def test_nothing_of_a_solution_or_a_hidden_check_is_released(lines: Released) -> None:
    assert verify(lines.assignment, lines.files, run=False) == []
    names = {path.name for path in lines.release.rglob("*") if path.is_file()}
    assert names >= {"line.py", "line.ipynb", "training.py", "training.ipynb", "test_line.py"}
    assert "test_together.py" not in names
    assert not {"schema.py", "course.yaml"} & names
    handout = (lines.release / "README.md").read_text(encoding="utf-8")
    assert "a line with 3 weights, which finds\nthem in 200 steps" in handout
    assert "| The training loop (`training`) | 10 |" in handout


@pytest.mark.slow
def test_a_student_sees_the_stubs_fail_and_the_reference_pass(lines: Released) -> None:
    stubs = self_check(lines.release)
    assert not stubs.errors
    assert {end.kind for end in stubs.ends.values()} == {"not attempted"}
    complete = lines.course.root / "complete"
    for name, content in lines.files.items():
        for tree in ("release/lines/", "solutions/lines/"):
            if name.startswith(tree):
                path = complete / name.removeprefix(tree)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    reference = self_check(complete)
    assert not reference.errors
    assert {end.kind for end in reference.ends.values()} == {"passed"}
    assert len(reference.ends) == 4


def points(result: dict[str, Any]) -> dict[str, float]:
    return {part["name"]: part["points"] for part in result["parts"]}


@pytest.mark.slow
def test_a_class_is_graded(graded: dict[str, Any]) -> None:
    assert points(graded["correct"]) == {"line": 6.0, "training": 10.0, "together": 4.0}
    assert points(graded["untouched"]) == {"line": 0.0, "training": 0.0, "together": 0.0}
    assert {one["status"] for name, one in graded.items() if name != "said"} == {"graded"}
    assert graded["correct"]["accuracy"] is None


def test_a_bug_costs_its_own_part_and_is_told(graded: dict[str, Any]) -> None:
    assert points(graded["buggy"]) == {"line": 6.0, "training": 0.0, "together": 0.0}
    training = graded["buggy"]["parts"][1]["checks"]
    first = training[0]
    assert first["id"] == "training::where_the_steps_lead"
    assert first["message"].startswith("the weight: expected a tensor of shape (3,): [")
    assert first["hint"] == "backward() adds to the slope that is there already. Who clears it?"


def test_nothing_is_said_of_images_or_accuracy(graded: dict[str, Any]) -> None:
    first = graded["said"].splitlines()
    assert any(
        line.startswith("Grading 3 submissions of 'Linear regression, step by step': cpu, sandbox ")
        for line in first
    )
    for word in ("images", "accuracy", "calibrated"):
        assert word not in graded["said"]


def test_the_kit_knows_nothing_of_it(repository: Path) -> None:
    """Neither its names nor those of the first assignment stand in the kit."""
    found = subprocess.run(
        ["grep", "-rnE", "mean_squared_error|learning_rate|second_assignment", "autograder",
         "--include=*.py"],
        cwd=repository, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout == ""
