"""nbgrader itself accepts a finished notebook and rejects an untouched one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring import release


def validated(notebook: Path) -> str:
    """What `nbgrader validate` says."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "validate", notebook.name],
        cwd=notebook.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("module", ["areas"])
def test_nbgrader_validates_the_reference_and_not_the_stub(
    shapes_files: dict[str, bytes], tmp_path: Path, module: str
) -> None:
    release.write_files(release.files_below(shapes_files, "release/shapes"), tmp_path)
    notebook = tmp_path / f"{module}.ipynb"
    rejected = validated(notebook)
    assert "VALIDATION FAILED ON 1 CELL(S)" in rejected
    assert f'check("{module}")' in rejected
    notebook.write_bytes(shapes_files[f"solutions/shapes/{module}.ipynb"])
    assert "Success! Your notebook passes all the tests." in validated(notebook)
