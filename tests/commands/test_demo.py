"""The demo on the sample class: the whole way, as an instructor sees it first."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import course as courses
from autograder.authoring.leaks import all_text, find_leaks
from autograder.authoring.listing import list_parts
from autograder.authoring.shipping import shipped_files
from autograder.grading.results import read_result, read_results, with_figures
from autograder.reports.disclosure import Rules
from autograder.reports.feedback import page_of
from autograder.reports.telling import tell

from ..student_files import machine_named_in, renderings, written

FULL = {"transforms": 15.0, "loaders": 25.0, "model": 20.0, "training": 25.0, "accuracy": 15.0}
NOTHING = dict.fromkeys(FULL, 0.0)
HURT = {
    "01-reference": set(),
    "05-loaders-bug": {"loaders"},
    "08-syntax-error": {"transforms", "accuracy"},
}
LEFT_OUT = (
    "03-notebooks",
    "04-transforms-bug",
    "06-model-bug",
    "07-training-bug",
    "09-endless-loop",
    "12-with-helper",
)
"""Samples that cost a full training each and show what other tests show: the suite has minutes."""


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory, repository) -> Path:
    """A copy of the course with a smaller sample class."""
    root = tmp_path_factory.mktemp("demo")
    for tree in ("source", "release", "solutions", "docs"):
        ignored = shutil.ignore_patterns("__pycache__", "data", "runs")
        shutil.copytree(repository / tree, root / tree, ignore=ignored)
    shutil.copy(repository / "course.yaml", root)
    for student in LEFT_OUT:
        shutil.rmtree(root / "docs" / "sample-class" / "submitted" / student)
    return root


@pytest.fixture(scope="session")
def demo(demo_folder) -> tuple[subprocess.CompletedProcess[str], dict[str, dict]]:
    """What the demo said, and its results by student."""
    ran = subprocess.run(
        [sys.executable, "-m", "autograder", "demo", "--out", "out"],
        cwd=demo_folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {
        path.parent.name: json.loads(path.read_text()) for path in _results(demo_folder / "out")
    }
    return ran, found


def _results(out: Path) -> list[Path]:
    return sorted(out.glob("*/result.json"))


def points(result: dict) -> dict[str, float]:
    return {part["name"]: part["points"] for part in result["parts"]}


def outcomes(result: dict, part: str) -> set[str]:
    (found,) = (one for one in result["parts"] if one["name"] == part)
    return {check["outcome"] for check in found["checks"]}


@pytest.mark.slow
def test_the_demo_releases_self_checks_and_grades(demo):
    ran, found = demo
    assert ran.returncode == 0, ran.stderr
    assert "release/mnist and solutions/mnist are up to date." in ran.stdout
    assert "Training samples come in a random order, a new one every epoch" in ran.stdout
    assert "Public checks only: 60 of 100 points." in ran.stdout
    assert len(found) == 12 - len(LEFT_OUT)
    assert {result["status"] for result in found.values()} == {"graded"}


@pytest.mark.slow
@pytest.mark.parametrize("student", sorted(HURT))
def test_a_bug_costs_points_in_its_own_part_only(demo, student):
    result = demo[1][student]
    hurt = {name for name, got in points(result).items() if got < FULL[name]}
    assert hurt == HURT[student]
    assert result["sandbox"] == "bubblewrap"
    if "accuracy" not in hurt:
        assert result["accuracy"]["held_out"] >= result["accuracy"]["threshold"]


@pytest.mark.slow
def test_an_untouched_release_is_not_attempted_in_every_part(demo):
    result = demo[1]["02-untouched"]
    assert points(result) == NOTHING
    messages = {check["message"] for part in result["parts"] for check in part["checks"]}
    assert messages == {"not attempted"}


@pytest.mark.slow
def test_a_forged_score_is_worth_nothing(demo):
    result = demo[1]["10-forged-score"]
    assert result["score"] == 0.0
    assert points(result) == NOTHING


@pytest.mark.slow
def test_half_the_work_is_half_the_points(demo):
    result = demo[1]["11-partly-done"]
    assert points(result) == NOTHING | {"transforms": 15.0, "loaders": 25.0}
    accuracy = result["parts"][-1]["checks"][0]
    assert accuracy["message"] == "not attempted: needs model and training too"


@pytest.mark.slow
def test_broken_syntax_says_what_it_is(demo):
    assert outcomes(demo[1]["08-syntax-error"], "transforms") == {"error"}


@pytest.mark.slow
def test_no_file_that_a_student_gets_leaks(demo, demo_folder):
    course = courses.load(demo_folder / "course.yaml")
    assignment = course.assignments["mnist"]
    shipped, key = shipped_files(assignment), courses.secret_key(course).hex()
    parts = list_parts(assignment)
    known = [check.title for part in parts for check in part.checks]
    for result in read_results(demo_folder / "out"):
        folder = demo_folder / "out" / result.student
        handed_in = demo_folder / "docs" / "sample-class" / "submitted" / result.student
        own = [all_text(path.name, path.read_bytes()) for path in handed_in.rglob("*.*")]
        texts = [*written(folder), *renderings(result, folder)]
        assert len(texts) == 11
        text, handed = "\n".join(texts), "\n".join(own)
        assert find_leaks(shipped, assignment.folder, [*known, *own], {"a": text.encode()}) == []
        assert machine_named_in(text, handed, [demo_folder]) == []
        assert not [other for other in demo[1] if other != result.student and other in text]
        assert key not in text
        assert "whose labels are shown" not in text


@pytest.mark.slow
def test_labels_show_once_they_are_revealed(demo, demo_folder):
    folder = demo_folder / "out" / "01-reference"
    result = with_figures(read_result(folder), folder)
    assert "whose labels are shown" in page_of(tell(result, Rules(revealed=True)))
    titles = [figure.title for figure in result.parts[-1].checks[0].figures]
    assert len(titles) == 3


def test_the_sample_class_is_made_from_the_release(repository):
    ran = subprocess.run(
        [sys.executable, repository / "docs" / "sample-class" / "make.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
