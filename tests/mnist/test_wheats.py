"""Correct submissions, written differently, pass every check."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .harness import MODULES, PASSED, SOURCE, WHEATS, outcomes

CORRECT = [
    *(SOURCE / f"{module}.py" for module in MODULES),
    *sorted(WHEATS.glob("*/*.py")),
]


def module_of(path: Path) -> str:
    return path.stem if path.parent == SOURCE else path.parent.name


@pytest.mark.parametrize("path", CORRECT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_correct_module_passes_every_check_of_its_part(path: Path, tmp_path: Path) -> None:
    module = module_of(path)
    shutil.copy(path, tmp_path / f"{module}.py")
    found = outcomes(tmp_path, (module,))
    assert {name: ended for name, ended in found.items() if ended.kind != PASSED} == {}
