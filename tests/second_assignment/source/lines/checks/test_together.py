"""Both modules on data that they have never seen."""

### BEGIN HIDDEN TESTS
import pytest
import torch
from closed_forms import descent, houses

from probes import learned


@pytest.mark.points(4)
@pytest.mark.hint("Do both notebooks pass their own checks? Then look at what one gives the other.")
def test_unseen_houses(probe, expect, rng, settings):
    """After training, the line predicts what it has not seen"""
    inputs, targets = houses(rng, 100, settings.features)
    unseen = torch.randn(20, settings.features, generator=rng)
    found = probe(
        learned, inputs=inputs, targets=targets, steps=settings.steps,
        lr=settings.learning_rate, unseen=unseen,
    )  # fmt: skip
    weight, bias, _ = descent(inputs, targets, settings.steps, settings.learning_rate)
    expect.close(found, unseen @ weight + bias, what="the predictions", rtol=1e-2, atol=1e-2)


### END HIDDEN TESTS
