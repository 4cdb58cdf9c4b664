"""Intervals for counts, against closed forms and against scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from autograder.calibrate.chance import from_counts, keys_needed


@given(st.integers(1, 400), st.data(), st.sampled_from([0.9, 0.95, 0.99]))
def test_interval_is_clopper_and_pearsons(trials, data, confidence):
    hits = data.draw(st.integers(0, trials))
    found = from_counts(hits, trials, confidence)
    wanted = stats.binomtest(hits, trials).proportion_ci(confidence, method="exact")
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=1e-9)
    assert found.estimate == hits / trials
    assert found.method == "counts"


@pytest.mark.parametrize("trials", [1, 40, 300])
def test_without_a_failure_the_end_has_a_closed_form(trials):
    found = from_counts(0, trials)
    assert found.low == 0.0
    assert found.high == pytest.approx(1 - 0.025 ** (1 / trials), abs=1e-12)
    all_of_them = from_counts(trials, trials)
    assert all_of_them.high == 1.0
    assert all_of_them.low == pytest.approx(0.025 ** (1 / trials), abs=1e-12)


def test_how_many_keys_a_chance_takes_by_counts_alone():
    needed = keys_needed(0.01)
    assert from_counts(0, needed).high <= 0.01 < from_counts(0, needed - 1).high
    assert keys_needed(1e-6) == 3_688_878


@pytest.mark.parametrize(("hits", "trials"), [(0, 0), (-1, 3), (4, 3)])
def test_no_chance_without_trials(hits, trials):
    with pytest.raises(ValueError, match=f"expected 0 to {trials} of at least one trial"):
        from_counts(hits, trials)
