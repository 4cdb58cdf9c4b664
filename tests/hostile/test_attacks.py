"""No submission gets a point it didn't earn, takes one from another, or leaves anything behind."""

from __future__ import annotations

import os

import pytest

from autograder.sandbox.users import NUMBERS

from .classroom import MAXIMUM, Attack, Graded, all_attacks
from .conftest import HONEST

pytestmark = pytest.mark.slow
ATTACKS = all_attacks()
each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])


def points(graded: Graded, student: str) -> dict[str, float]:
    return {part["name"]: part["points"] for part in graded.result(student)["parts"]}


@each_attack
def test_it_earns_what_it_did(graded: Graded, attack: Attack) -> None:
    result = graded.result(attack.name)
    assert result["status"] == attack.status
    if attack.status != "graded":
        assert result["score"] is None
        assert attack.says in " ".join(result["notes"])
        return
    expected = dict.fromkeys(MAXIMUM, 0.0) | attack.earns
    assert points(graded, attack.name) == expected, messages(result)
    assert result["score"] == sum(expected.values())
    assert result["max_score"] == sum(MAXIMUM.values())
    assert attack.says in messages(result)


def messages(result: dict) -> str:
    checks = [check for part in result["parts"] for check in part["checks"]]
    return "\n".join([*result["notes"], *(f"{c['outcome']}: {c['message']}" for c in checks)])


@each_attack
def test_it_learned_no_secret(graded: Graded, attack: Attack) -> None:
    written = graded.written_for(attack.name)
    assert written
    assert "canary-" not in written


@pytest.mark.parametrize("student", HONEST)
def test_honest_students_get_what_they_earned(graded: Graded, student: str) -> None:
    assert points(graded, student) == MAXIMUM


def test_the_batch_ends_with_a_result_for_everybody(graded: Graded) -> None:
    assert graded.code == 0, graded.said
    everybody = {*HONEST, *(attack.name for attack in ATTACKS)}
    assert {path.parent.name for path in graded.out.glob("*/result.json")} == everybody
    rows = (graded.out / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + len(everybody)
    assert (graded.out / "report.html").stat().st_size > 0


def test_nothing_is_left_running(graded: Graded) -> None:
    assert graded.left_running == []


def test_nothing_is_left_on_disk(graded: Graded) -> None:
    assert [path.name for path in graded.scratch.iterdir()] == []
    planted = [path.name for path in graded.outside.iterdir()]
    assert planted == ["canary.txt"]
    assert (graded.outside / "canary.txt").read_text(encoding="utf-8") == "canary-outside"
    for folder in ("/dev/shm", "/tmp", "/var/tmp"):
        with os.scandir(folder) as entries:
            owned = [e.name for e in entries if e.stat(follow_symlinks=False).st_uid in NUMBERS]
        assert owned == []


def test_nobody_got_out(graded: Graded) -> None:
    assert graded.connections == []


def test_there_are_enough_of_them() -> None:
    assert len(ATTACKS) >= 4
    assert all(attack.path.stem.replace("_", "").isalnum() for attack in ATTACKS)
