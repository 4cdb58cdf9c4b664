"""Works out on this side what only the right computation gives."""

import torch


def houses(rng, samples, features):
    """Inputs (samples, features) and targets (samples,) that no submission has seen."""
    inputs = torch.randn(samples, features, generator=rng)
    weight = torch.randn(features, generator=rng)
    noise = 0.1 * torch.randn(samples, generator=rng)
    return inputs, inputs @ weight + 2.0 + noise


def descent(inputs, targets, steps, lr, importance=None):
    """Weight, bias and losses of gradient descent, from the formula of the slope, in float64.

    `importance` (samples,) weighs the squared differences; by default each counts 1 / samples.
    """
    samples = len(targets)
    if importance is None:
        importance = torch.full((samples,), 1 / samples)
    rows = torch.cat([inputs, torch.ones(samples, 1)], dim=1).double()
    place = torch.zeros(rows.shape[1], dtype=torch.float64)
    losses = []
    for _ in range(steps):
        difference = rows @ place - targets.double()
        losses.append(float((importance * difference**2).sum()))
        place = place - lr * 2 * rows.T @ (importance * difference)
    return place[:-1].float(), place[-1].float(), losses
