"""The package for Gradescope grades a submission where Gradescope has everything."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder import course as courses
from autograder.packaging.gradescope import gradescope_package
from autograder.sandbox import uid

from ..reachable import uid_problem
from .conftest import REFERENCE

KEY = bytes(range(32))
METADATA: dict[str, Any] = {
    "id": 123456,
    "created_at": "2027-03-02T14:22:32.365935-07:00",
    "users": [{"email": "ada@example.org", "id": 1234, "name": "Ada Lovelace"}],
}
LATE = "    late: {penalty: 25}\n    data: mnist\n"


@pytest.fixture
def root(tiny_course: Path, tmp_path: Path) -> Path:
    """What Gradescope's image of a small course has, its packages those of these tests."""
    tiny_course.write_text(tiny_course.read_text().replace("    data: mnist\n", LATE))
    course = courses.load(tiny_course)
    root = tmp_path / "autograder"
    for name in ("submission", "results"):
        (root / name).mkdir(parents=True)
    data = gradescope_package(course, "tiny", KEY, {"none": b""})
    archive = zipfile.ZipFile(io.BytesIO(data))
    archive.extractall(root / "source")
    for info in archive.infolist():
        os.chmod(root / "source" / info.filename, info.external_attr >> 16)
    python = root / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (root / "submission_metadata.json").write_text(json.dumps(METADATA))
    return root


def run(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(root / "source" / "run_autograder")],
        env={**os.environ, "GRADESCOPE_ROOT": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_submission_is_graded_as_root(root: Path) -> None:
    problem = uid_problem() or uid.problem([root / "source"]) if os.geteuid() == 0 else "not root"
    if problem is not None:
        pytest.skip(f"the backend uid does not work here: {problem}")
    for name, content in REFERENCE.items():
        (root / "submission" / name).write_text(content)
    done = run(root)
    assert done.returncode == 0, done.stdout + done.stderr
    written = json.loads((root / "results" / "results.json").read_text())
    assert written["score"] == 4.5
    assert [test["score"] for test in written["tests"]] == [2.0, 1.0, 2.0, 1.0, -1.5]
    assert "(Gradescope)" in written["output"]
    assert done.stdout.splitlines()[-1] == "ada@example.org: 4.5 of 6.0"


def test_there_is_no_result_where_the_grader_fails(root: Path) -> None:
    (root / "source" / "course" / "course.yaml").write_text("title: [}\n")
    done = run(root)
    assert done.returncode == 2
    assert "course.yaml:1: expected YAML" in done.stderr
    assert list((root / "results").iterdir()) == []
