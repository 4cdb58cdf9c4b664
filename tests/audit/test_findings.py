"""What follows from an audit: each judgement, on one sample in which every kind occurs."""

from __future__ import annotations

import pytest

from autograder.audit import findings

from .sample import MUTANTS, SAMPLE, mutant


def names(found) -> list[str]:
    return [one.id.removeprefix("loop.f:") for one in found]


def test_the_score_counts_what_is_caught_and_leaves_equivalents_out():
    score = findings.score_of(MUTANTS)
    assert (score.caught, score.counted, score.equivalent) == (6, 7, 1)
    assert score.share == pytest.approx(6 / 7)
    assert score.text == "0.85"
    assert findings.score_of_part(SAMPLE, SAMPLE.parts[1]).counted == 0


def test_only_all_of_them_are_a_score_of_one():
    assert findings.Score(999, 1000, 0).text == "0.99"
    assert findings.Score(29, 100, 0).text == "0.29"
    assert findings.Score(1000, 1000, 3).text == "1.00"
    assert findings.Score(0, 0, 0).text == "1.00"


def test_an_equivalent_that_is_caught_counts_as_caught():
    caught = mutant("x", "loop::runs", equivalent="So it seems.")
    assert findings.score_of([caught]) == findings.Score(1, 1, 0)


def test_survivors_leaks_and_brittle_checks():
    assert names(findings.survivors(SAMPLE)) == ["d"]
    assert names(findings.leaks(SAMPLE)) == ["f"]
    [(check, misses)] = findings.brittle(SAMPLE).items()
    assert (check, [miss.round for _, miss in misses]) == ("loop::ends", [0, 7])


def test_the_checks_that_see_bugs_on_the_same_line_should_have_seen_it():
    d = MUTANTS[3]
    seers = [check.id for check in findings.should_have_seen(d, SAMPLE)]
    assert seers == ["loop::runs", "loop::ends"]


def test_else_those_of_the_same_function_else_all_of_the_part():
    elsewhere = mutant("x", line=40)
    seers = [check.id for check in findings.should_have_seen(elsewhere, SAMPLE)]
    assert seers == ["loop::runs", "loop::ends", "loop::rests"]
    another = mutant("x", function="g")
    assert len(findings.should_have_seen(another, SAMPLE)) == 4


def test_what_each_check_catches_alone():
    found = {one.check.id: one for one in findings.check_findings(SAMPLE)}
    assert {name: (one.catches, names(one.alone)) for name, one in found.items()} == {
        "loop::runs": (4, ["b"]),
        "loop::ends": (4, ["f", "g"]),
        "loop::rests": (2, []),
        "loop::sleeps": (0, []),
        "other::works": (0, []),
        "all::learns": (0, []),
    }
    assert [name for name, one in found.items() if one.redundant] == ["loop::rests"]
    # Nothing is said of a part that only survivors are graded in.
    assert [name for name, one in found.items() if one.vacuous] == ["loop::sleeps", "other::works"]


def test_nothing_is_said_of_a_check_where_not_all_mutants_were_graded():
    parts = tuple(part.model_copy(update={"complete": False}) for part in SAMPLE.parts)
    found = findings.check_findings(SAMPLE.model_copy(update={"parts": parts}))
    assert not any(one.vacuous or one.redundant for one in found)


def test_a_bug_is_worth_the_check_that_is_most_about_it():
    worth = {
        names([one.mutant])[0]: (one.mutant.lost, one.worth) for one in findings.prices(SAMPLE)
    }
    assert worth == {
        "a": (5.0, 4.0),
        "b": (4.0, 4.0),
        "c": (6.0, 1.0),
        "f": (1.0, 1.0),
        "g": (1.0, 2.0),
        "h": (5.0, 1.0),
    }
    # `c` stops with an error everywhere; `a` costs little more than it is worth.
    assert names(one.mutant for one in findings.mispriced(SAMPLE)) == ["h", "g"]


def test_a_gate_needs_the_score_and_full_marks_and_no_leak():
    good = SAMPLE.model_copy(update={"wheats": SAMPLE.wheats[:1], "mutants": MUTANTS[:5]})
    assert findings.passes(good, 0.75)
    assert not findings.passes(good, 0.76)
    assert not findings.passes(good.model_copy(update={"wheats": SAMPLE.wheats}), 0.0)
    assert not findings.passes(good.model_copy(update={"mutants": MUTANTS[5:6]}), 0.0)
