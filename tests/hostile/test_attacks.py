"""No submission gets a point it didn't earn, takes one from another, or leaves anything behind."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from ..student_files import machine_named_in, written
from .classroom import KEY, MAXIMUM, Attack, Graded, all_attacks, attacks_in
from .conftest import HONEST, is_nobodys
from .parcels import PARCELS, Parcel

pytestmark = pytest.mark.slow
ATTACKS = all_attacks()
each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])


def require(graded: Graded, attack: Attack) -> None:
    if attack not in attacks_in(graded.room):
        pytest.skip("of the attacks in the other rooms, this room has some")


def points(graded: Graded, student: str) -> dict[str, float]:
    return {part["name"]: part["points"] for part in graded.result(student)["parts"]}


@each_attack
def test_it_earns_what_it_did(graded: Graded, attack: Attack) -> None:
    require(graded, attack)
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
    require(graded, attack)
    written = graded.written_for(attack.name)
    assert written
    assert "canary-" not in written


def test_feedback_names_neither_the_machine_nor_other_students(graded: Graded) -> None:
    submissions = graded.out.parent / "submitted"
    everybody = {path.parent.name for path in graded.out.glob("*/result.json")}
    for student in everybody:
        files = [path for path in (submissions / student).rglob("*") if path.is_file()]
        small = [path for path in files if path.stat().st_size < 1_000_000]
        own = "\n".join(path.read_bytes().decode("utf-8", "replace") for path in small)
        for text in written(graded.out / student):
            assert machine_named_in(text, own, [graded.out.parent]) == [], student
            others = {other for other in everybody - {student} if other in text}
            assert {other for other in others if other not in own + student} == set()
            assert KEY not in text


@pytest.mark.parametrize("parcel", PARCELS, ids=[parcel.name for parcel in PARCELS])
def test_unpacking_it_hurts_nobody(graded: Graded, parcel: Parcel) -> None:
    result = graded.result(f"parcel-{parcel.name}")
    assert result["status"] == parcel.status
    assert parcel.says in " ".join(result["notes"])
    assert result["score"] == (3.0 if parcel.status == "graded" else None)
    assert "canary-" not in graded.written_for(f"parcel-{parcel.name}")


@pytest.mark.parametrize("student", HONEST)
def test_honest_students_get_what_they_earned(graded: Graded, student: str) -> None:
    assert points(graded, student) == MAXIMUM


def test_the_batch_ends_with_a_result_for_everybody(graded: Graded) -> None:
    assert graded.code == 0, graded.said
    parcels = (f"parcel-{parcel.name}" for parcel in PARCELS)
    everybody = {*HONEST, *(attack.name for attack in attacks_in(graded.room)), *parcels}
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
        for path in Path(folder).iterdir():
            with contextlib.suppress(FileNotFoundError):
                assert not is_nobodys(path.lstat().st_uid), path


def test_nobody_got_out(graded: Graded) -> None:
    assert graded.connections == []


def test_there_are_enough_of_them() -> None:
    assert len(ATTACKS) >= 60
    assert all(attack.path.stem.replace("_", "").isalnum() for attack in ATTACKS)
