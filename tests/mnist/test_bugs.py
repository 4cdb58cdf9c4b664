"""A submission that breaks one clause of the contract fails the checks that look at it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .bug_table import Bug, bugs
from .harness import BROKEN, FAILED, PARTS, PASSED, SOURCE, checks_of, outcomes

BUGS = bugs()
CLAUSES = SOURCE.parents[1] / "docs" / "clauses.md"


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.module}-{bug.name}")
def test_bug_fails_the_checks_of_its_clause_and_no_other(bug: Bug, tmp_path: Path) -> None:
    (tmp_path / f"{bug.module}.py").write_text(bug.source(), encoding="utf-8")
    found = outcomes(tmp_path, (bug.module,))
    assert {name for name, ended in found.items() if ended.kind != PASSED} == bug.fails
    assert [ended for ended in found.values() if ended.kind == BROKEN] == []


def test_every_check_is_there_for_some_bug() -> None:
    checks = {check.id for part in PARTS if part != "accuracy" for check in checks_of(part)}
    assert checks - set().union(*(bug.fails for bug in BUGS)) == set()


def test_bugs_have_names_of_their_own() -> None:
    names = [bug.name for bug in BUGS]
    assert len(set(names)) == len(names)


def test_clause_table_is_complete() -> None:
    rows = clause_rows()
    assert {bug.clause for bug in BUGS} <= set(rows)
    for clause, (checks, shown_by) in rows.items():
        mine = [bug for bug in BUGS if bug.clause == clause]
        if clause.startswith("A"):
            continue
        assert mine, f"{clause} has no bug"
        assert set(shown_by) == {bug.name for bug in mine}, clause
        failing = set().union(*(bug.fails for bug in mine))
        assert set(checks) <= failing, clause
    listed = {check for checks, _ in rows.values() for check in checks}
    assert listed == {check.id for part in PARTS for check in checks_of(part)}


@pytest.mark.parametrize("part", PARTS)
def test_points_and_texts(part: str) -> None:
    checks = checks_of(part)
    wanted = {"transforms": 15, "loaders": 25, "model": 20, "training": 25, "accuracy": 15}
    assert sum(check.points for check in checks) == wanted[part]
    for check in checks:
        assert check.title
        assert check.hint.endswith((".", "?")), check.id


def test_public_checks_give_most_of_the_points() -> None:
    public = sum(c.points for part in PARTS for c in checks_of(part) if not c.hidden)
    assert 55 <= public <= 65


def test_a_failing_check_says_what_it_expected(tmp_path: Path) -> None:
    (tmp_path / "transforms.py").write_text("def build_transform(mean, std):\n    return print\n")
    found = outcomes(tmp_path, ("transforms",))
    ended = found["transforms::image_becomes_a_float_tensor"]
    assert ended.kind == FAILED
    assert ended.message == (
        "the transform of one image: expected a float32 tensor of shape (1, 28, 28), found None"
    )


def clause_rows() -> dict[str, tuple[list[str], list[str]]]:
    """The table in docs/clauses.md: number → (check ids, names of bugs)."""
    rows = {}
    for line in CLAUSES.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"[A-Z]\d+", cells[0]):
            rows[cells[0]] = (re.findall(r"`([\w:]+)`", cells[2]), re.findall(r"\w+", cells[3]))
    return rows
