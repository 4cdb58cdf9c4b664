"""The audit of the assignment's checks: a fixed sample of it, so that CI runs it each time.

The whole is `autograder audit mnist --min-score 1`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from autograder import course as courses
from autograder.audit import findings
from autograder.audit.audit import Auditor, Selection
from autograder.audit.bench import open_bench
from autograder.audit.equivalents import read_equivalents
from autograder.audit.mutants import BY_HAND, Mutant, mutants_of
from autograder.audit.reference import reference
from autograder.audit.wheats import wheats_of
from autograder.course import Assignment
from autograder.grading.batch import Plan, longest_grading

from .harness import MODULES

EACH = 3
"""Mutants of each module in the sample: spread evenly over those by operators, and one by hand."""


@pytest.fixture(scope="module")
def assignment(repository: Path) -> Assignment:
    return courses.load(repository / "course.yaml").assignments["mnist"]


@pytest.fixture(scope="module")
def mutants(assignment: Assignment) -> list[Mutant]:
    return mutants_of(assignment, reference(assignment))


def sample(mutants: list[Mutant]) -> list[Mutant]:
    """The same mutants as long as the reference stays as it is."""
    chosen = []
    for module in MODULES:
        mine = sorted((one for one in mutants if one.module == module), key=lambda one: one.id)
        made = [one for one in mine if one.operator != BY_HAND]
        chosen += [made[index * len(made) // EACH] for index in range(EACH)]
        chosen += [one for one in mine if one.operator == BY_HAND][:1]
    return chosen


@pytest.mark.slow
def test_a_sample_of_the_bugs_is_caught(
    assignment: Assignment, mutants: list[Mutant], repository: Path, tmp_path: Path
) -> None:
    plan = Plan(
        course=repository / "course.yaml",
        assignment="mnist",
        release=repository / "release" / "mnist",
        key=bytes(32),
        backend="none",
        device="cpu",
        data_name="no",
        data_root=None,
        seconds=longest_grading(assignment),
    )
    equivalents = read_equivalents(assignment)
    selection = Selection(sample(mutants), [], equivalents, frozenset())
    with open_bench(plan, assignment, tmp_path / "audit", jobs=1) as bench:
        auditor = Auditor(
            bench,
            assignment,
            reference(assignment),
            rounds=1,
            watch=lambda graded, total, word: iter(graded),
            parts=frozenset(MODULES),
        )
        audit = auditor.audit(selection)
    assert len(audit.mutants) == 4 * (EACH + 1)
    assert [one.id for one in findings.survivors(audit)] == []
    assert findings.leaks(audit) == []
    assert {part.name: part.seen for part in audit.parts if not part.whole} == {
        module: (module,) for module in MODULES
    }
    assert audit.complaints == ()


def test_every_patch_applies_and_every_reviewed_equivalent_is_a_mutant(
    assignment: Assignment, mutants: list[Mutant]
) -> None:
    """`mutants_of` would raise for a patch; the list complains of what it doesn't know."""
    assert read_equivalents(assignment).unknown(one.id for one in mutants) == []
    counts = Counter(one.operator for one in mutants)
    assert counts[BY_HAND] >= 50
    assert len(counts) >= 25
    assert all(one.costs for one in mutants if one.operator == BY_HAND)
    assert len({one.id for one in mutants}) == len(mutants)


def test_there_are_wheats_for_every_module(assignment: Assignment) -> None:
    counts = Counter(wheat.module for wheat in wheats_of(assignment))
    assert set(counts) == set(MODULES)
    assert counts.total() >= 30
