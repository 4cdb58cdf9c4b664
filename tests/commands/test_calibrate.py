"""`autograder calibrate` as its user types it, on a course that trains in no time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..luck import write_course


def autograder(course: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        cwd=course.parent, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "110"},
    )  # fmt: skip


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_course(tmp_path / "course")


def test_it_measures_tells_writes_and_goes_on(course, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    command = ("calibrate", "luck", "--synthetic", "--sandbox", "none", "--rate", "0.01")
    ran = autograder(course, *command, "--keys", 12, "--other-keys", 2)
    assert ran.returncode == 0, ran.stderr
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
    assert ran.returncode == 2
    assert ran.stderr == (
        "shapes: expected an accuracy rule in course.yaml and a check that asks for "
        "accuracy_rule, found no rule; there is no threshold to calibrate\n"
    )


def test_a_mistake_in_weak_toml_is_told(course):
    path = course.parent / "source" / "luck" / "weak.toml"
    path.write_text('[[weak]]\nname = "a"\n')
    ran = autograder(course, "calibrate", "--synthetic", "--sandbox", "none")
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"{path}: weak.0.why: expected entries [[weak]] with name, why, ")
    assert "Traceback" not in ran.stderr
