"""Canary in the checks: canary-in-the-checks."""

import pytest
import torch

from probes import doubled


def drawn(rng):
    return torch.randint(1, 1_000_000_000, (4,), generator=rng).tolist()


@pytest.mark.points(2)
def test_numbers(probe, expect, rng):
    """Numbers are doubled."""
    numbers = drawn(rng)
    expected = [2 * number for number in numbers]
    expect.equal(probe(doubled, numbers=numbers), expected, what="the doubled numbers")


### BEGIN HIDDEN TESTS
@pytest.mark.points(1)
def test_more(probe, expect, rng):
    """More numbers are doubled."""
    numbers = drawn(rng)
    expect.equal(probe(doubled, numbers=numbers), [2 * number for number in numbers])


### END HIDDEN TESTS
