"""Correct submissions, written differently, pass every check."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .harness import MODULES, PASSED, SOURCE, WHEATS, checks_of, outcomes, run, submission

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


@pytest.mark.parametrize(
    "optimizer",
    ["SGD", "Adagrad", "Adadelta", "Adamax", "AdamW", "NAdam", "RAdam", "RMSprop", "ASGD", "Rprop"],
)
def test_any_optimizer_will_do(optimizer: str, tmp_path: Path) -> None:
    text = (WHEATS / "training" / "plain.py").read_text(encoding="utf-8")
    assert text.count("torch.optim.Adam(") == 1
    text = text.replace("torch.optim.Adam(", f"torch.optim.{optimizer}(")
    (tmp_path / "training.py").write_text(text, encoding="utf-8")
    found = outcomes(tmp_path, ("training",))
    assert {name: ended for name, ended in found.items() if ended.kind != PASSED} == {}


@pytest.mark.parametrize("seed", [77, 85, 116])
def test_history_can_be_checked_by_any_draw(seed: int, tmp_path: Path) -> None:
    """The scores that nothing moves got every sample right with these: no loss to compare."""
    shutil.copy(WHEATS / "training" / "plain.py", tmp_path / "training.py")
    [check] = [c for c in checks_of("training") if c.id == "training::fit_returns_the_history"]
    with submission(tmp_path) as student:
        assert run(check, student, seed=seed).kind == PASSED


def test_parts_do_not_need_each_other(tmp_path: Path) -> None:
    shutil.copy(WHEATS / "training" / "plain.py", tmp_path / "training.py")
    (tmp_path / "model.py").write_text("this is no Python", encoding="utf-8")
    found = outcomes(tmp_path, ("training", "model"))
    for name, ended in found.items():
        assert (ended.kind == PASSED) == name.startswith("training::"), (name, ended)
