"""A class is graded to the end, whatever its submissions do, and graded again only where needed."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from autograder.grading.results import Status, read_result, write_result

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
    hand_in(folder, "empty", REFERENCE | {"greet.py": "\n"})
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
def test_a_class_from_first_grading_to_the_next(grade, tiny_course, submissions, tmp_path):
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
        "empty": 3.0,
    }
    assert {result["status"] for result in found.values()} == {"graded"}
    assert points(found["one-bug"]) == {"double": 0.0, "greet": 2.0, "both": 0.0}
    outcomes = [check["outcome"] for part in found["looping"]["parts"] for check in part["checks"]]
    assert outcomes == ["passed", "passed", "timeout", "timeout"]
    messages = [check["message"] for check in found["untouched"]["parts"][0]["checks"]]
    assert messages == ["not attempted", "not attempted"]
    empty = [check["message"] for part in found["empty"]["parts"][1:] for check in part["checks"]]
    assert empty[0].startswith("greet.py holds no code: nothing in it can be checked. Did your")
    assert empty[1].startswith("AttributeError: ")
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
    keep_only(submissions, "reference", "one-bug", "looping", "untouched", "no-syntax")
    second = grade("--jobs", "1")
    assert second.returncode == 0, second.stderr
    after = {path: path.read_bytes() for path in out.glob("*/result.json")}
    assert [path.parent.name for path in before if before[path] != after[path]] == ["one-bug"]
    assert second.stdout.endswith(
        "Changed since the last grading:\n"
        "student     before  now  change  parts                  \n"
        "────────────────────────────────────────────────────────\n"
        "one-bug        2.0  6.0    +4.0  double +3.0, both +1.0 \n"
        "\n"
        f"Results: {out}/report.html, {out}/grades.csv, {out}/<student>/feedback.html\n"
        f"Not in this class, so left out: empty, leaving. Their results stay in {out}.\n"
    )
    grades = (out / "grades.csv").read_text()
    assert "leaving" not in grades
    assert "leaving" not in (out / "report.html").read_text()

    reported = autograder("report", out, cwd=tiny_course.parent)
    assert reported.returncode == 0, reported.stderr
    assert reported.stdout == (
        f"5 results: {out}/report.html, {out}/grades.csv\n"
        f"Not in this class, so left out: empty, leaving. Their results stay in {out}.\n"
    )
    assert (out / "grades.csv").read_text() == grades


def test_what_may_come_out_otherwise_is_graded_again(grade, submissions, tmp_path, monkeypatch):
    out = tmp_path / "graded"
    keep_only(submissions, "untouched")
    for student in ("internal", "unreadable"):
        hand_in(submissions, student, STUBS)
    (submissions / "zipped").mkdir()
    (submissions / "zipped" / "tiny.zip").write_bytes(b"no zip")
    assert grade().returncode == 0

    result = read_result(out / "internal")
    write_result(result.model_copy(update={"status": Status.INTERNAL}), out / "internal")
    (out / "unreadable" / "result.json").write_text("no result")
    (out / "unreadable" / ".result.json.abcdefgh").write_text('{"stud')
    (out / ".grades.csv.abcdefgh").write_text("stud")
    again = {"internal": "graded", "unreadable": "graded", "zipped": "rejected"}
    assert statuses(grade()) == {"untouched": "kept", **again}
    assert [path.name for path in out.rglob(".*")] == [".class.json"]

    monkeypatch.setenv("AUTOGRADER_KEY", "ab" * 32)
    assert statuses(grade()) == {"untouched": "graded", **again}
    assert statuses(grade("--sandbox", "none")) == {"untouched": "graded", **again}


def statuses(ran: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """What became of each student, as the lines say that come while a class is graded."""
    lines = [line.split() for line in ran.stdout.splitlines() if line.startswith("[")]
    return {words[1]: words[2] for words in lines}


def test_where_one_student_cannot_be_written_to_the_others_are_not_hurt(
    grade, submissions, tmp_path
):
    out = tmp_path / "graded"
    keep_only(submissions, "untouched")
    for student in ("afile", "apage"):
        hand_in(submissions, student, STUBS)
    out.mkdir()
    (out / "afile").write_text("in the way")
    (out / "apage" / "feedback.html").mkdir(parents=True)
    ran = grade()
    assert ran.returncode == 3
    assert statuses(ran) == {"afile": "internal", "apage": "graded", "untouched": "graded"}
    assert results(out).keys() == {"apage", "untouched"}
    why = f"The result could not be written: {out}/afile/result.json: File exists."
    assert f"  afile  internal  {why}" in ran.stdout
    assert ran.stderr == (
        "The grader itself failed on 1 of 3 submissions (afile). They keep no score; "
        f"{out}/<student>/grader.log says why. Grade again when it is mended.\n"
        f"{out}/afile/feedback.html could not be written: File exists.\n"
        f"{out}/apage/feedback.html could not be written: Is a directory.\n"
    )
    with (out / "grades.csv").open(newline="") as file:
        rows = {row["student"]: row["status"] for row in csv.DictReader(file)}
    assert rows == {"afile": "internal", "apage": "graded", "untouched": "graded"}


def test_results_of_another_assignment_are_not_overwritten(grade, submissions, tmp_path):
    out = tmp_path / "graded"
    keep_only(submissions, "untouched")
    assert grade().returncode == 0
    result = read_result(out / "untouched")
    write_result(result.model_copy(update={"assignment": "small"}), out / "untouched")
    ran = grade()
    assert ran.returncode == 2
    assert ran.stderr == (
        f"{out}: expected a folder for results of 'tiny', found results of 'small'; "
        "name another one with --out\n"
    )
    assert results(out)["untouched"]["assignment"] == "small"


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


def test_points_that_do_not_add_up_stop_the_grading(grade, tiny_course):
    check = tiny_course.parent / "source" / "tiny" / "checks" / "test_greet.py"
    check.write_text(check.read_text().replace("points(2)", "points(1)"))
    ran = grade()
    assert ran.returncode == 2
    assert ran.stderr == (
        "checks/test_greet.py: expected checks for 2 points as in course.yaml, found 1; "
        "change the points markers or course.yaml\n"
    )


def test_a_section_that_no_notebook_has_stops_the_grading(grade, tiny_course):
    folder = tiny_course.parent / "source" / "tiny"
    check = folder / "checks" / "test_greet.py"
    reread = '@pytest.mark.reread("Greet")\n@pytest.mark.points(2)'
    check.write_text(check.read_text().replace("@pytest.mark.points(2)", reread))
    ran = grade()
    assert ran.returncode == 2
    assert ran.stderr == (
        "test_greet.py: greet::name: reread: expected a heading of greet, found 'Greet'; "
        "there is none\n"
    )


def test_a_check_file_that_cannot_be_read_stops_the_grading(grade, tiny_course):
    check = tiny_course.parent / "source" / "tiny" / "checks" / "test_greet.py"
    check.write_text("def broken(:\n")
    ran = grade()
    assert ran.returncode == 2
    assert "test_greet.py" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_check_file_that_ends_the_process_stops_the_grading(grade, tiny_course):
    check = tiny_course.parent / "source" / "tiny" / "checks" / "test_greet.py"
    check.write_text("import os\n\nprint('the end', flush=True)\nos._exit(7)\n")
    ran = grade()
    assert ran.returncode == 2
    assert ran.stderr.strip() == (
        "The checks could not be listed. The grading process ended without a result (exit status "
        "7). It said:\nthe end"
    )


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
