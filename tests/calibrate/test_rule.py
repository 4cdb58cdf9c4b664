"""What repeating makes of the chances of one run: closed forms, and a simulation."""

from __future__ import annotations

import random

import pytest

from autograder.calibrate.chance import from_counts
from autograder.calibrate.rule import (
    fail_by_tail,
    fail_once,
    fails,
    highest_threshold,
    pass_by_counts,
    passes,
)
from autograder.calibrate.runs import Runs, by_variant

from .conftest import RULE, run, runs


@pytest.mark.parametrize("times", [0, 1, 2, 5])
@pytest.mark.parametrize(("passing", "close"), [(0.9, 0.1), (0.5, 0.3), (0.0, 1.0), (0.2, 0.0)])
def test_a_submission_passes_or_fails(passing, close, times):
    failing = 1 - passing - close
    assert passes(passing, close, times) + fails(failing, close, times) == pytest.approx(1)


def test_an_honest_submission_fails_where_all_of_its_runs_miss():
    assert fails(0.0, 1e-2, 2) == pytest.approx(1e-6)
    assert fails(1e-7, 0.0, 2) == pytest.approx(1e-7)
    assert fails(0.0, 1e-2, 0) == pytest.approx(1e-2)


def test_closed_forms_agree_with_playing_it_out():
    generator, wins, games = random.Random(1), 0, 40_000
    for _ in range(games):
        for _ in range(3):
            lot = generator.random()
            if lot < 0.3:
                wins += 1
            if not 0.3 <= lot < 0.7:
                break
    assert wins / games == pytest.approx(passes(0.3, 0.4, 2), abs=0.01)


def test_chance_to_pass_comes_from_counts():
    always = pass_by_counts(runs(*[0.96] * 40), RULE)
    assert (always.estimate, always.high) == (1.0, 1.0)
    each = from_counts(40, 40, 0.975)
    assert always.low == pytest.approx(each.low)
    never = pass_by_counts(runs(*[0.8] * 10, marked=0.1), RULE)
    assert (never.low, never.estimate) == (0.0, 0.0)
    assert never.high < 0.6
    mixed = pass_by_counts(runs(0.95, 0.93, 0.93, 0.93), RULE)
    assert mixed.estimate == pytest.approx(0.25 * (1 + 0.75 + 0.75**2))
    assert mixed.low < mixed.estimate < mixed.high <= 1


def test_repetitions_make_an_honest_failure_rare_enough(drawn):
    sample = drawn(500, seed=1)
    once, ruled = fail_once(sample, RULE), fail_by_tail(sample, RULE)
    assert once.high > 1e-6
    assert ruled.high < 1e-6
    assert ruled.estimate < once.estimate**2
    single = RULE.model_copy(update={"repetitions": 0})
    assert fail_by_tail(sample, single).high > once.high


def test_a_mark_that_is_hardly_learned_is_not_repeated_away(drawn):
    sample = drawn(500, seed=1)
    hard = RULE.model_copy(update={"marked_threshold": 0.86})
    assert fail_by_tail(sample, hard).estimate > 5e-3


def test_a_run_that_never_ended_is_a_failure_that_no_tail_explains():
    sample = runs(*[0.96, 0.961, 0.962] * 20, None)
    assert fail_once(sample, RULE) == from_counts(1, 61)
    assert fail_by_tail(sample, RULE).estimate >= 1 / 61


def test_highest_threshold_is_the_highest_that_will_do(drawn):
    sample = drawn(500, seed=1)
    candidates = [number / 1000 for number in range(900, 970)]
    found = {
        cautious: highest_threshold(sample, RULE, 1e-6, cautious=cautious, candidates=candidates)
        for cautious in (True, False)
    }
    assert 0.94 < found[True] <= found[False] < 0.965
    for cautious, best in found.items():
        for threshold, allowed in ((best, True), (round(best + 0.001, 3), False)):
            chance = fail_by_tail(sample, RULE.model_copy(update={"threshold": threshold}))
            value = chance.high if cautious else chance.estimate
            assert (value <= 1e-6) is allowed
    few = drawn(10)
    assert highest_threshold(few, RULE, 1e-6, cautious=True, candidates=candidates) is None


def test_runs_are_counted_by_the_rule():
    sample = Runs((run(0.95), run(0.93), run(0.97, 0.2), run(0.2, 0.1), run(None, None)))
    assert (len(sample), sample.passing(RULE), sample.close(RULE)) == (5, 1, 1)
    assert sample.shares == [0.95, 0.93, 0.97, 0.2]
    assert by_variant([]) == {}
