"""Grading with a GPU in the sandbox; skipped where there is none."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest


@pytest.mark.gpu
@pytest.mark.slow
def test_the_reference_gets_full_marks_on_the_gpu(repository, tmp_path):
    submitted = repository / "docs" / "sample-class" / "submitted" / "01-reference"
    shutil.copytree(submitted, tmp_path / "class" / "reference")
    ran = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", tmp_path / "class", "--out", tmp_path / "out",
         "--device", "cuda", "--allow-synthetic"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    result = json.loads((tmp_path / "out" / "reference" / "result.json").read_text())
    assert result["score"] == 100.0
    assert result["accuracy"]["device"] == "cuda"
