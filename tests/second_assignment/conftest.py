"""The second course, released and graded once for all tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder import course as courses
from autograder.authoring import release
from autograder.course import Assignment, Course

HERE = Path(__file__).parent
collect_ignore = ["source"]


@dataclass(frozen=True)
class Released:
    """The course in a folder of its own, with its release and its solutions."""

    course: Course
    assignment: Assignment
    files: dict[str, bytes]

    @property
    def release(self) -> Path:
        return self.course.root / "release" / "lines"

    @property
    def solutions(self) -> Path:
        return self.course.root / "solutions" / "lines"


@pytest.fixture(scope="session")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Released:
    root = tmp_path_factory.mktemp("second")
    shutil.copy(HERE / "course.yaml", root)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(HERE / "source", root / "source", ignore=ignored)
    course = courses.load(root / "course.yaml")
    assignment = course.assignment("lines")
    files = release.build(course, assignment)
    release.write_files(files, root)
    return Released(course, assignment, files)


BUGGY = ("        optimizer.zero_grad()\n", "")
"""Slopes add up: the mistake that everybody makes once."""


@pytest.fixture(scope="session")
def graded(lines: Released, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Each student's result, of a class that hands in the reference, a bug and nothing."""
    root = tmp_path_factory.mktemp("class")
    for student, source in (
        ("correct", lines.solutions), ("buggy", lines.solutions), ("untouched", lines.release),
    ):  # fmt: skip
        shutil.copytree(source, root / "submitted" / student / "lines")
    script = root / "submitted" / "buggy" / "lines" / "training.py"
    text = script.read_text(encoding="utf-8")
    assert text.count(BUGGY[0]) == 1
    script.write_text(text.replace(*BUGGY), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", str(root / "submitted"), "--out",
         str(root / "graded"), "--sandbox", "none"],
        cwd=lines.course.root, capture_output=True, text=True, check=False,
        env={**os.environ, "AUTOGRADER_KEY": "5" * 64},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    results = {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))
        for path in root.glob("graded/*/result.json")
    }
    return results | {"said": ran.stdout + ran.stderr}
