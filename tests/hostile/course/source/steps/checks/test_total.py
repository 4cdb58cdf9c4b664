import pytest
import torch

from probes import added


@pytest.mark.points(4)
def test_sum(probe, expect, rng):
    """The sum is a tensor of one number."""
    numbers = torch.randn(100, dtype=torch.float64, generator=rng)
    found = expect.tensor(probe(added, numbers=numbers), (), torch.float64, what="the sum")
    expect.close(found, numbers.sum(), what="the sum")
