"""The loop, with a line and a loss that the grader brings."""

import pytest
from closed_forms import descent, houses

from probes import fitted


@pytest.mark.points(6)
@pytest.mark.hint("backward() adds to the slope that is there already. Who clears it?")
def test_where_the_steps_lead(probe, expect, rng, settings):
    """Weight and bias are where so many steps downhill lead"""
    inputs, targets = houses(rng, 20, settings.features)
    found = probe(fitted, inputs=inputs, targets=targets, steps=4, lr=0.05)
    expect.that(isinstance(found, list) and len(found) == 3, "weight, bias and losses", found)
    weight, bias, _ = descent(inputs, targets, 4, 0.05)
    expect.close(found[0], weight, what="the weight")
    expect.close(found[1], bias, what="the bias")


@pytest.mark.points(2)
@pytest.mark.hint("The loss of a step is a Python float, taken before the step changes anything.")
def test_losses(probe, expect, rng, settings):
    """The losses are those before each step"""
    inputs, targets = houses(rng, 12, settings.features)
    found = probe(fitted, inputs=inputs, targets=targets, steps=3, lr=0.1)
    expect.that(isinstance(found, list) and len(found) == 3, "weight, bias and losses", found)
    _, _, losses = descent(inputs, targets, 3, 0.1)
    expect.equal(len(found[2]), 3, what="the number of losses")
    for number, (loss, wanted) in enumerate(zip(found[2], losses, strict=True), start=1):
        expect.close(expect.number(loss, "a loss"), wanted, what=f"loss {number}")


### BEGIN HIDDEN TESTS
import torch  # noqa: E402

from probes import fitted_otherwise  # noqa: E402


@pytest.mark.points(2)
@pytest.mark.hint("Which loss do you use, the one you are given or one of your own?")
def test_the_loss_it_is_given(probe, expect, rng):
    """Any loss will do"""
    inputs, targets = houses(rng, 6, 2)
    found = probe(fitted_otherwise, inputs=inputs, targets=targets, steps=3, lr=0.002)
    expect.that(isinstance(found, list) and len(found) == 3, "weight, bias and losses", found)
    weight, _, _ = descent(inputs, targets, 3, 0.002, torch.arange(6))
    expect.close(found[0], weight, what="the weight")


### END HIDDEN TESTS
