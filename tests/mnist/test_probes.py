"""Probes do with the cells of their part alone, and nothing but right data passes a check."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.selfcheck.plain import Opaque

from .harness import MODULES, PASSED, SOURCE, WHEATS, checks_of, kit, outcomes, run

HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS\n", re.DOTALL)


def cells_of(part: str, public: bool = False) -> str:
    """The probes that a worker gets for `part`, without the hidden ones where `public`."""
    text = (SOURCE / "probes.py").read_text(encoding="utf-8")
    if public:
        text = HIDDEN.sub("", text)
    head, *cells = re.split(r"^(?=# %%)", text, flags=re.MULTILINE)
    kept = [
        cell for cell in cells if "part=" not in cell.split("\n")[0] or f'part="{part}"' in cell
    ]
    return head + "".join(kept)


def names_in(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(source, "probes.py", "exec"), names)
    return names


@pytest.mark.parametrize("module", MODULES)
def test_cells_of_a_part_are_enough(module: str, tmp_path: Path) -> None:
    wheat = sorted((WHEATS / module).glob("*.py"))[0]
    shutil.copy(wheat, tmp_path / f"{module}.py")
    found = outcomes(tmp_path, (module,), {"probes": names_in(cells_of(module))})
    assert {ended.kind for ended in found.values()} == {PASSED}


@pytest.mark.parametrize("module", MODULES)
def test_public_cells_are_enough_for_public_checks(module: str, tmp_path: Path) -> None:
    wheat = sorted((WHEATS / module).glob("*.py"))[0]
    shutil.copy(wheat, tmp_path / f"{module}.py")
    found = outcomes(tmp_path, (module,), {"probes": names_in(cells_of(module, public=True))})
    for check in checks_of(module):
        assert check.hidden or found[check.id].kind == PASSED, found[check.id]


@pytest.mark.parametrize("module", MODULES)
def test_public_checks_stand_without_the_hidden_ones(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = {name: kit()[name] for name in ("probes", "answers", "challenge", "closed_forms")}
    for name, value in {**shipped, "oracle": None, "proof": None}.items():
        monkeypatch.setitem(__import__("sys").modules, name, value)
    path = SOURCE / "checks" / f"test_{module}.py"
    names = names_in(HIDDEN.sub("", path.read_text(encoding="utf-8")))
    public = {check.function.__name__ for check in checks_of(module) if not check.hidden}
    assert {name for name in names if name.startswith("test_")} == public


def test_a_worker_holds_no_other_parts_models() -> None:
    for part in MODULES:
        names = names_in(cells_of(part))
        held = {name for name, value in names.items() if _is_model(value)}
        assert bool(held) == (part == "training"), (part, held)
        assert "Digits" not in names


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, torch.nn.Module)


GARBAGE: list[Any] = [
    None,
    True,
    0,
    -1.5,
    float("nan"),
    "text",
    [],
    [None],
    [[], [], []],
    [1.0, 1.0],
    {},
    {"returned": None, "history": {}, "scores": None, "shapes": []},
    {"train": torch.zeros(0, 2), "val": torch.zeros(0, 2)},
    torch.zeros(0),
    torch.zeros(3, 3),
    torch.full((3, 16), float("nan")),
    Opaque("object"),
    [Opaque("object")] * 12,
]


@pytest.mark.parametrize("part", MODULES)
@pytest.mark.parametrize("value", GARBAGE, ids=lambda value: repr(value)[:30])
def test_garbage_never_passes(part: str, value: Any) -> None:
    for check in checks_of(part):
        ended = run(check, None, {"probe": lambda function, **arguments: value})
        assert ended.kind != PASSED, check.id


WRONG_LEAVES: list[Any] = [None, "text", [], {}, Opaque("object"), torch.zeros(2, 2), float("nan")]


@pytest.mark.parametrize("value", WRONG_LEAVES, ids=lambda value: repr(value)[:30])
@pytest.mark.parametrize("function", ["build_transform", "train_one_epoch", "evaluate", "fit"])
def test_whatever_a_student_returns_is_judged(value: Any, function: str, tmp_path: Path) -> None:
    module = "transforms" if function == "build_transform" else "training"
    wheat = {"transforms": "compose", "training": "plain"}[module]
    shutil.copy(WHEATS / module / f"{wheat}.py", tmp_path / f"{module}.py")
    with (tmp_path / f"{module}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\nfrom wrong import value\n\noriginal = {function}\n")
        returned = "lambda image: value" if module == "transforms" else "value"
        file.write(f"\n\ndef {function}(*args, **kwargs):\n    original(*args, **kwargs)\n")
        file.write(f"    return {returned}\n")
    (tmp_path / "wrong.py").write_text("value = None\n", encoding="utf-8")
    import sys
    import types

    wrong = types.ModuleType("wrong")
    wrong.value = value  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "wrong", wrong)
        found = outcomes(tmp_path, (module,))
    assert {ended.kind for ended in found.values()} <= {"passed", "failed", "error"}
    assert "failed" in {ended.kind for ended in found.values()}
