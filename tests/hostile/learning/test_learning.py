"""Points for accuracy are for a network that learned from this run's data, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import BACKENDS, HERE, RULE, Ended, Grade

pytestmark = pytest.mark.slow
ATTACKS = sorted((HERE / "attacks").glob("*.py"))
# The sandbox makes no difference to them, so only some are tried in the other one, too.
CASES = [
    pytest.param(path, backend, marks=mark, id=f"{backend}-{path.stem}")
    for backend, mark in BACKENDS.items()
    for number, path in enumerate(ATTACKS)
    if backend == "bubblewrap" or number % 10 == 0
]


def note(text: str, name: str, otherwise: str) -> str:
    found = re.search(rf"^# {name}: (.+)$", text, re.MULTILINE)
    return found[1] if found else otherwise


def shown(ended: Ended) -> str:
    """What the trusted side saw of an attack, in the words that the attacks use."""
    [check] = ended.part.checks
    if ended.held_out is None or ended.marked is None:
        if "finite" in check.message:
            return "no numbers"
        no_network = check.message.startswith("expected parameters of the shapes")
        return "no network" if no_network else f"an {check.outcome}"
    if ended.held_out == ended.marked == 0.0:
        return "all wrong"
    digits = ended.held_out >= RULE["threshold"]
    marks = ended.marked >= RULE["marked_threshold"]
    return {(True, True): "both", (True, False): "digits"}.get((digits, marks), "wrong")


@pytest.mark.parametrize(("path", "backend"), CASES)
def test_it_earns_what_it_learned(path: Path, backend: str, grade: Grade) -> None:
    text = path.read_text(encoding="utf-8")
    ended = grade(backend, **{note(text, "Module", "training"): text})
    assert ended.part.points == float(note(text, "Earns", "?")), ended
    assert shown(ended) == note(text, "Shows", "?"), ended


@BACKENDS["bubblewrap"]
def test_the_reference_passes_with_room_to_spare(grade: Grade) -> None:
    ended = grade("bubblewrap")
    assert ended.part.points == 15.0, ended
    assert ended.held_out is not None
    assert ended.marked is not None
    assert ended.held_out > RULE["threshold"] + 0.05
    assert ended.marked > RULE["marked_threshold"] + 0.1


@pytest.mark.skipif(BACKENDS["uid"].args[0], reason="needs both backends")
def test_both_backends_give_the_very_same_figures(grade: Grade) -> None:
    found = {name: grade(name) for name in BACKENDS}
    assert found["bubblewrap"] == found["uid"]


@BACKENDS["bubblewrap"]
@pytest.mark.mnist
@pytest.mark.parametrize(
    ("attack", "expected"), [("", "both"), ("renamed_and_fifty_steps", "digits")]
)
def test_on_real_digits_at_the_settings_as_shipped(
    attack: str, expected: str, grade_shipped: Grade
) -> None:
    files = {"training": (HERE / "attacks" / f"{attack}.py").read_text("utf-8")} if attack else {}
    ended = grade_shipped("bubblewrap", **files)
    assert ended.part.points == (15.0 if expected == "both" else 0.0), ended
    assert ended.held_out is not None
    assert ended.held_out >= 0.94
    assert ended.marked is not None
    assert (ended.marked >= 0.5) == (expected == "both"), ended


def test_what_is_left_is_known() -> None:
    left = [path.stem for path in ATTACKS if path.stem.startswith("left_")]
    assert left == [
        "left_gated_copy", "left_more_epochs", "left_validation_images", "left_warm_start",
    ]  # fmt: skip
    assert len(ATTACKS) - len(left) >= 20
