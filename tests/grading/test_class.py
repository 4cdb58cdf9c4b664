"""A class is graded to the end, whatever its submissions do, and graded again only where needed."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from .conftest import REFERENCE, STUBS, hand_in

LOOP = "while True:\n    pass\n"


def autograder(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def results(out: Path) -> dict[str, dict]:
    return {path.parent.name: json.loads(path.read_text()) for path in out.glob("*/result.json")}


def points(result: dict) -> dict[str, float]:
    return {part["name"]: part["points"] for part in result["parts"]}


def keep_only(submissions: Path, *students: str) -> None:
    for folder in submissions.iterdir():
        if folder.name not in students:
            shutil.rmtree(folder)


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted"
    hand_in(folder, "reference", REFERENCE)
    hand_in(folder, "untouched", STUBS)
    hand_in(folder, "one-bug", REFERENCE | {"double.py": "def double(x):\n    return x + 2\n"})
    hand_in(folder, "no-syntax", REFERENCE | {"greet.py": "def greet(name)\n"})
    hand_in(folder, "looping", REFERENCE | {"greet.py": LOOP})
    hand_in(folder, "leaving", REFERENCE | {"double.py": "import os\nos._exit(0)\n"})
    return folder


@pytest.fixture
def grade(tiny_course: Path, submissions: Path, tmp_path: Path):
    """Grade the class once more; what it said."""

    def run(*options: object) -> subprocess.CompletedProcess[str]:
        return autograder(
            "grade", submissions, "--out", tmp_path / "graded", *options,
            cwd=tiny_course.parent,
        )  # fmt: skip

    return run


@pytest.mark.slow
def test_a_class_from_first_grading_to_the_next(grade, submissions, tmp_path):
    out = tmp_path / "graded"
    first = grade("--jobs", "2")
    assert first.returncode == 0, first.stderr
    found = results(out)
    assert {name: result["score"] for name, result in found.items()} == {
        "reference": 6.0,
        "untouched": 0.0,
        "one-bug": 2.0,
        "no-syntax": 3.0,
        "looping": 3.0,
        "leaving": 2.0,
    }
    assert {result["status"] for result in found.values()} == {"graded"}
    assert points(found["one-bug"]) == {"double": 0.0, "greet": 2.0, "both": 0.0}
    outcomes = [check["outcome"] for part in found["looping"]["parts"] for check in part["checks"]]
    assert outcomes == ["passed", "passed", "timeout", "timeout"]
    messages = [check["message"] for check in found["untouched"]["parts"][0]["checks"]]
    assert messages == ["not attempted", "not attempted"]
    leaving = found["leaving"]["parts"][0]["checks"][0]
    assert leaving["message"] == (
        "Your code ended the Python process (exit status 0); don't call `exit()` in a module."
    )
    with (out / "grades.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert list(rows["reference"]) == [
        "student", "status", "score", "max_score", "double", "greet", "both",
    ]  # fmt: skip
    assert rows["no-syntax"]["score"] == "3.0"
    assert (out / "report.html").is_file()
    assert (out / "one-bug" / "feedback.html").is_file()

    before = {path: path.read_bytes() for path in out.glob("*/result.json")}
    (submissions / "one-bug" / "tiny" / "double.py").write_text(REFERENCE["double.py"])
    second = grade("--jobs", "1")
    assert second.returncode == 0, second.stderr
    after = {path: path.read_bytes() for path in out.glob("*/result.json")}
    assert [path.parent.name for path in before if before[path] != after[path]] == ["one-bug"]
    assert results(out)["one-bug"]["score"] == 6.0
    assert "2.0" in second.stdout
    assert "6.0" in second.stdout


@pytest.mark.slow
def test_a_broken_check_is_the_graders_fault_and_costs_no_other_submission(
    grade, tiny_course, submissions, tmp_path
):
    check = tiny_course.parent / "source" / "tiny" / "checks" / "test_greet.py"
    broken = check.read_text().replace(
        "    expect.equal(", "    assert undefined\n    expect.equal("
    )
    check.write_text(broken)
    keep_only(submissions, "reference", "untouched")
    ran = grade("--jobs", "2")
    assert ran.returncode == 3
    found = results(tmp_path / "graded")
    assert found["reference"]["status"] == "internal"
    assert found["reference"]["score"] is None
    assert found["untouched"]["status"] == "graded"
    log = (tmp_path / "graded" / "reference" / "grader.log").read_text()
    assert "NameError: name 'undefined' is not defined" in log
    assert "The grader itself failed on 1 of 2 submissions" in ran.stderr


@pytest.mark.slow
def test_a_grading_process_that_dies_takes_no_submission_with_it(
    grade, tiny_course, submissions, tmp_path
):
    check = tiny_course.parent / "source" / "tiny" / "checks" / "test_greet.py"
    dying = check.read_text().replace(
        "    expect.equal(",
        '    import os\n    answer = probe(greeting, name="x")\n'
        '    if answer == "die":\n        os._exit(1)\n    expect.equal(',
    )
    check.write_text(dying)
    keep_only(submissions, "reference", "untouched")
    hand_in(submissions, "deadly", {"greet.py": 'def greet(name):\n    return "die"\n'})
    ran = grade("--jobs", "2")
    assert ran.returncode == 3
    found = results(tmp_path / "graded")
    assert {name: result["status"] for name, result in found.items()} == {
        "reference": "graded",
        "untouched": "graded",
        "deadly": "internal",
    }
    assert found["reference"]["score"] == 6.0
    children = psutil.Process().children(recursive=True)
    assert [child for child in children if "sandbox.worker" in " ".join(child.cmdline())] == []


@pytest.mark.slow
def test_a_killed_batch_leaves_no_process_behind(tiny_course, submissions, tmp_path):
    keep_only(submissions, "looping")
    command = [sys.executable, "-m", "autograder", "grade", submissions, "--out", tmp_path / "out"]
    batch = subprocess.Popen(
        list(map(str, command)), cwd=tiny_course.parent, stdout=subprocess.DEVNULL
    )
    try:
        below = wait_for_a_worker(batch)
    finally:
        batch.kill()
        batch.wait()
    gone, alive = psutil.wait_procs(below, timeout=10)
    assert gone
    assert alive == []
    assert not (tmp_path / "out" / "looping" / "result.json").exists()


def wait_for_a_worker(batch: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """All processes below `batch`, once one of them is a sandboxed worker."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        below = psutil.Process(batch.pid).children(recursive=True)
        if any("sandbox.worker" in " ".join(process.cmdline()) for process in below):
            return below
        time.sleep(0.1)
    raise AssertionError("no worker was started")


def test_points_that_do_not_add_up_stop_the_grading(grade, tiny_course):
    check = tiny_course.parent / "source" / "tiny" / "checks" / "test_greet.py"
    check.write_text(check.read_text().replace("points(2)", "points(1)"))
    ran = grade()
    assert ran.returncode == 2
    assert ran.stderr == (
        "checks/test_greet.py: expected checks for 2 points as in course.yaml, found 1; "
        "change the points markers or course.yaml\n"
    )


def test_a_check_file_that_cannot_be_read_stops_the_grading(grade, tiny_course):
    check = tiny_course.parent / "source" / "tiny" / "checks" / "test_greet.py"
    check.write_text("def broken(:\n")
    ran = grade()
    assert ran.returncode == 2
    assert "test_greet.py" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_without_a_release_nothing_is_graded(grade, tiny_course):
    (tiny_course.parent / "release" / "tiny" / "selfcheck" / "manifest.json").unlink()
    ran = grade()
    assert ran.returncode == 2
    assert "run `autograder release` and commit what it writes" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_empty_folder_is_a_usage_error(tiny_course, tmp_path):
    ran = autograder("grade", tmp_path / "nothing", cwd=tiny_course.parent)
    assert ran.returncode == 2
    assert "expected <student>/tiny/ or <student>/tiny.zip, found neither" in ran.stderr


def test_a_fallback_to_synthetic_digits_is_never_silent(repository, tmp_path, monkeypatch):
    monkeypatch.delenv("MNIST_ROOT", raising=False)
    (tmp_path / "submitted" / "s001" / "mnist").mkdir(parents=True)
    ran = autograder("grade", tmp_path / "submitted", "--out", tmp_path, cwd=repository)
    assert ran.returncode == 2
    assert "--allow-synthetic" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_unknown_assignment_is_a_usage_error(grade):
    ran = grade("--assignment", "tinny")
    assert ran.returncode == 2
    assert "tiny" in ran.stderr
