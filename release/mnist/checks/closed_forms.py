"""Numbers that the checks expect, where a formula gives them and nothing has to be trained.

The challenge model is linear: `scores = inputs @ weight.T + bias`. All results are float64.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

CLASSES = 3


def draw_images(rng: torch.Generator, size: int) -> Tensor:
    """(size, 1, 4, 4) float32, far from zero in all directions."""
    return 2 * torch.randn(size, 1, 4, 4, generator=rng)


def draw_labels(rng: torch.Generator, size: int) -> Tensor:
    """(size,) int64 below `CLASSES`, every class among them."""
    return torch.arange(size)[torch.randperm(size, generator=rng)] % CLASSES


def draw_weights(rng: torch.Generator, inputs: int = 16) -> tuple[Tensor, Tensor]:
    """Weight (CLASSES, inputs) and bias (CLASSES,) float32 of a linear model."""
    weight = torch.randn(CLASSES, inputs, generator=rng) / 4
    return weight, torch.randn(CLASSES, generator=rng)


def linear_scores(weight: Tensor, bias: Tensor, inputs: Tensor) -> Tensor:
    """(N, CLASSES) scores of the linear model."""
    return inputs.flatten(1).double() @ weight.double().T + bias.double()


def mean_loss(scores: Tensor, labels: Tensor) -> float:
    """Mean cross entropy over samples."""
    return cross_entropy(scores, labels).item()


def share_right(scores: Tensor, labels: Tensor) -> float:
    """Share of the samples whose highest score is that of their label."""
    return (scores.argmax(dim=1) == labels).double().mean().item()


def pull(inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """How `NLLLoss` on bare scores pulls weight and bias, wherever they are.

    That loss is minus the mean score of the right class, so its gradient is always the same.
    """
    right = one_hot(labels, CLASSES).double()
    return right.T @ inputs.flatten(1).double() / len(labels), right.mean(dim=0)


def pull_from_zero(inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """How cross entropy pulls weight and bias that are zero: all classes are equally likely."""
    surprise = one_hot(labels, CLASSES).double() - 1 / CLASSES
    return surprise.T @ inputs.flatten(1).double() / len(labels), surprise.mean(dim=0)


def clusters(rng: torch.Generator, size: int) -> tuple[Tensor, Tensor]:
    """Images (size, 1, 4, 4) and labels (size,) of three groups that are easy to tell apart.

    Pixel 0 holds the number of the image, 0 to size - 1.
    """
    labels = draw_labels(rng, size)
    centres = 2 * torch.randn(CLASSES, 16, generator=rng)
    inputs = centres[labels] + 0.3 * torch.randn(size, 16, generator=rng)
    inputs[:, 0] = torch.arange(size)
    return inputs.view(size, 1, 4, 4), labels
