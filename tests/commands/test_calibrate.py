"""`autograder calibrate` as its user types it, on a course that trains in no time."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from autograder.cli import app
from autograder.commands import doctor, grade

from ..luck import SKILL, write_course


def autograder(course: Path, *arguments: object) -> Result:
    typed = [*map(str, arguments), "--course", str(course)]
    return CliRunner().invoke(app, typed, env={"COLUMNS": "110"})


@pytest.fixture(autouse=True)
def own_modules() -> Iterator[None]:
    """What an inner pytest run imports is forgotten again."""
    modules, path = dict(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - set(modules):
        if name.partition(".")[0] in ("probes", "test_luck", "test_skill"):
            del sys.modules[name]
    sys.path[:] = path


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_course(tmp_path / "course")


def test_it_measures_tells_writes_and_goes_on(course, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    command = (
        "calibrate",
        "luck",
        "--synthetic",
        "--sandbox",
        "none",
        "--rate",
        "0.01",
        "--jobs",
        1,
    )
    ran = autograder(course, *command, "--keys", 12, "--other-keys", 2)
    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout.startswith(
        "Calibrating 'A draw of lots': synthetic images, cpu, sandbox none; 18 runs of 4 "
        "submissions.\n"
    )
    assert "[18/18]" in ran.stdout
    assert "standard deviations above the threshold of 90.0%" in ran.stdout
    assert "calibration.svg. Commit both." in ran.stdout
    source = course.parent / "source" / "luck"
    (setting,) = json.loads((source / "calibration.json").read_text())["settings"]
    shares = {one["name"]: one["held_out"] for one in setting["variants"]}
    assert len(set(shares["reference"])) == 12
    assert shares["unlucky"] == [0.4, 0.4]
    assert shares["stuck"] == [None, None]
    assert (source / "calibration.svg").is_file()

    again = autograder(course, *command, "--keys", 13, "--other-keys", 2)
    assert again.stdout.count(", kept") == 18
    assert "reference, key 12: " in again.stdout
    (more,) = json.loads((source / "calibration.json").read_text())["settings"]
    first, thirteen = setting["variants"][0], more["variants"][0]
    assert thirteen["held_out"][:12] == first["held_out"]


def test_a_course_without_a_rule_has_nothing_to_calibrate(repository):
    shapes = repository / "tests" / "authoring" / "course" / "course.yaml"
    ran = autograder(shapes, "calibrate")
    assert ran.exit_code == 2
    assert ran.stderr == (
        "shapes: expected an accuracy rule in course.yaml and a check that asks for "
        "accuracy_rule, found no rule; there is no threshold to calibrate\n"
    )


def test_a_mistake_in_weak_toml_is_told(course):
    path = course.parent / "source" / "luck" / "weak.toml"
    path.write_text('[[weak]]\nname = "a"\n')
    ran = autograder(course, "calibrate", "--synthetic", "--sandbox", "none")
    assert ran.exit_code == 2
    assert ran.stderr.startswith(f"{path}: weak.0.why: expected entries [[weak]] with name, why, ")
    assert "Traceback" not in ran.stderr


def test_grading_in_a_setting_that_was_not_calibrated_is_told_in_a_line(
    course, monkeypatch, tmp_path
):
    monkeypatch.setattr(grade, "_data_name", lambda assignment, options: "synthetic")
    folder = tmp_path / "submitted" / "someone" / "luck"
    folder.mkdir(parents=True)
    (folder / "skill.py").write_text(SKILL)
    out = tmp_path / "graded"
    arguments = ["grade", folder.parent.parent, "--course", course, "--sandbox", "none"]
    ran = CliRunner().invoke(app, [*map(str, arguments), "--out", str(out), "--cold"])
    assert ran.exit_code == 0, ran.output
    assert (
        "Not calibrated: how often an honest solution misses the threshold was never measured on "
        "synthetic images on cpu, nothing was; run `autograder calibrate luck --synthetic`.\n"
        in ran.stderr
    )


def test_doctor_tells_what_was_calibrated_and_asks_for_no_images_that_nobody_needs(
    repository, course, monkeypatch
):
    monkeypatch.setattr(doctor, "_data", lambda name, root: (True, name))
    monkeypatch.setattr(doctor, "_warm", lambda backend: "works")
    ran = CliRunner().invoke(app, ["doctor", "--course", str(course)])
    assert "ok  calibrated  luck: never; run `autograder calibrate luck`\n" in ran.stdout
    lines = repository / "tests" / "second_assignment" / "course.yaml"
    told = CliRunner().invoke(app, ["doctor", "--course", str(lines)]).stdout
    assert "A Line Through the Data: lines" in told
    for word in ("calibrated", " data "):
        assert word not in told
