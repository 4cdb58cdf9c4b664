"""The tail beyond what was seen, against scipy's fit, a direct search, and known truths."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from autograder.calibrate.chance import from_counts
from autograder.calibrate.tail import LEAST, Tail, chance_below, tail_of


def heavy(count: int, shape: float, seed: int) -> list[float]:
    """A sample whose shares below 0.96 follow a generalized Pareto distribution, one in five."""
    rng = np.random.default_rng(seed)
    below = stats.genpareto.rvs(shape, scale=0.002, size=count // 5, random_state=rng)
    return [*(0.96 - below).tolist(), *rng.uniform(0.96, 0.97, count - count // 5).tolist()]


@pytest.mark.parametrize("shape", [0.2, 0.3, 0.5])
def test_fit_is_scipys_maximum_likelihood(shape):
    tail = tail_of(heavy(1500, shape, seed=4))
    fitted, _, scale = stats.genpareto.fit(tail.excesses, floc=0)
    assert fitted > 0
    assert tail.shape == pytest.approx(fitted, abs=0.01)
    assert tail.scale == pytest.approx(scale, rel=0.01)
    ours, theirs = (
        stats.genpareto.logpdf(tail.excesses, *pair[:1], scale=pair[1]).sum()
        for pair in ((tail.shape, tail.scale), (fitted, scale))
    )
    assert ours >= theirs - 1e-3


def test_tail_that_looks_light_counts_as_exponential():
    """The scale then is the mean of the excesses, and the chance a closed form."""
    sample = np.linspace(0.95, 0.97, 201).tolist()
    tail = tail_of(sample)
    assert tail.shape == pytest.approx(0, abs=1e-6)
    assert tail.scale == pytest.approx(tail.excesses.mean(), rel=1e-3)
    assert len(tail.excesses) == math.ceil(0.2 * 201)
    expected = len(tail.excesses) / 201 * math.exp(-(tail.start - 0.94) / tail.scale)
    assert tail.chance_below(0.94) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("shape", [0.0, 0.3])
def test_chance_below_is_the_distribution_functions(shape):
    tail = Tail(0.96, 100, np.linspace(0.001, 0.01, 20), shape, 0.002)
    for value in (0.96, 0.955, 0.9):
        wanted = 0.2 * stats.genpareto.sf(0.96 - value, shape, scale=0.002)
        assert tail.chance_below(value) == pytest.approx(wanted, rel=1e-9)


def test_interval_is_where_the_profile_likelihood_says():
    """The same ends come from a search over all three parameters by scipy."""
    sample = heavy(200, 0.2, seed=1)
    found = chance_below(sample, 0.94)
    tail = tail_of(sample)
    count, size = len(tail.excesses), tail.size

    def worst(log_chance: float) -> float:
        def negative(free: np.ndarray) -> float:
            share, shape = 1 / (1 + math.exp(-free[0])), max(free[1], 1e-9)
            ratio = math.log(share) - log_chance
            if ratio <= 0:
                return 1e9
            scale = shape * (tail.start - 0.94) / math.expm1(shape * ratio)
            inside = stats.genpareto.logpdf(tail.excesses, shape, scale=scale).sum()
            counted = count * math.log(share) + (size - count) * math.log1p(-share)
            return -(inside + counted) if 0 <= free[1] <= 1 else 1e9

        start = np.array([math.log(count / (size - count)), max(tail.shape, 0.05)])
        return min(
            optimize.minimize(negative, start + np.array([0, extra]), method="Nelder-Mead").fun
            for extra in (0.0, 0.2)
        )

    best = worst(math.log(found.estimate))
    for end in (found.low, found.high):
        assert worst(math.log(end)) - best == pytest.approx(stats.chi2.ppf(0.95, 1) / 2, abs=0.03)
    assert found.method == "tail"


def test_interval_holds_the_truth_about_as_often_as_it_says():
    """Of samples with an exponential tail, whose chance is known."""
    truth = 0.2 * math.exp(-0.02 / 0.002)
    held = 0
    for seed in range(20):
        found = chance_below(heavy(150, 1e-9, seed), 0.94)
        assert found.low <= found.estimate <= found.high
        held += found.low <= truth <= found.high
    assert held >= 17


def test_within_the_bulk_counts_decide():
    sample = np.linspace(0.95, 0.97, 201).tolist()
    below = sum(share < 0.96 for share in sample)
    assert chance_below(sample, 0.96) == from_counts(below, 201)


@pytest.mark.parametrize("sample", [[0.96] * 50, [0.95, 0.96, 0.97], [0.9] * 3 + [0.96] * 60])
def test_without_a_tail_to_speak_of_counts_decide(sample):
    assert tail_of(sample) is None
    assert chance_below(sample, 0.94) == from_counts(sum(one < 0.94 for one in sample), len(sample))
    assert len(sample) <= LEAST or len(set(sample)) < LEAST


def test_more_keys_narrow_the_interval():
    wide, narrow = (chance_below(heavy(count, 0.1, seed=2), 0.94) for count in (60, 600))
    assert narrow.high / narrow.low < wide.high / max(wide.low, 1e-30)
