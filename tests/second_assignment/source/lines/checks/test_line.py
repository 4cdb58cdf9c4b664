"""The line and its error, each alone."""

import pytest
import torch

from probes import error, predicted


@pytest.mark.points(2)
@pytest.mark.hint("Each feature has its own weight; the products of one sample are added up.")
def test_prediction(probe, expect, rng, settings):
    """A prediction is the weighed sum of the features, and the bias"""
    inputs = torch.randn(5, settings.features, generator=rng)
    weight = torch.randn(settings.features, generator=rng)
    found = probe(predicted, inputs=inputs, weight=weight, bias=torch.tensor(0.5))
    expect.close(found, (inputs * weight).sum(dim=1) + 0.5, what="the predictions")


@pytest.mark.points(2)
@pytest.mark.hint("Work it out on paper for predictions 1 and 2 and targets 3 and 6.")
def test_error(probe, expect):
    """The error is the mean of the squared differences"""
    found = probe(error, predictions=torch.tensor([1.0, 2.0]), targets=torch.tensor([3.0, 6.0]))
    expect.close(found, torch.tensor(10.0), what="the error")


### BEGIN HIDDEN TESTS
@pytest.mark.points(2)
@pytest.mark.hint("What does your function do for 1 feature, or for 7?")
def test_any_number_of_features(probe, expect, rng):
    """Any number of samples and features will do"""
    for samples, features in ((1, 1), (4, 7), (9, 2)):
        inputs = torch.randn(samples, features, generator=rng)
        weight = torch.randn(features, generator=rng)
        found = probe(predicted, inputs=inputs, weight=weight, bias=torch.tensor(-1.0))
        expect.close(found, inputs @ weight - 1, what=f"{features} features")


### END HIDDEN TESTS
