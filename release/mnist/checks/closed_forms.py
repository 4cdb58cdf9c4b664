"""Numbers that the checks expect, where a formula gives them and nothing has to be trained.

The challenge model is linear: `scores = inputs @ weight.T + bias`. All results are float64.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, cross_entropy, one_hot

CLASSES = 3


def linear_scores(weight: Tensor, bias: Tensor, inputs: Tensor) -> Tensor:
    """(N, classes) scores of the linear model."""
    return inputs.flatten(1).double() @ weight.double().T + bias.double()


def mean_loss(scores: Tensor, labels: Tensor) -> float:
    """Mean cross entropy over samples."""
    return cross_entropy(scores, labels).item()


def share_right(scores: Tensor, labels: Tensor) -> float:
    """Share of the samples whose highest score is that of their label."""
    return (scores.argmax(dim=1) == labels).double().mean().item()


def shares_possible(scores: Tensor, labels: Tensor) -> tuple[float, float]:
    """The lowest and the highest share of right samples that rounding to float32 may leave."""
    right = one_hot(labels, scores.shape[1]).bool()
    lead = scores[right] - scores.masked_fill(right, -torch.inf).amax(dim=1)
    narrow = 1e-4 * scores.abs().amax(dim=1)
    shares = [(lead > narrow).double().mean().item(), (lead >= -narrow).double().mean().item()]
    return shares[0], shares[1]


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


def alignment(moved: Tensor, pulled: Tensor) -> float:
    """1 where a weight moved exactly as it was pulled, -1 where it moved the other way.

    Ways that have nothing to do with each other are near 0: of n numbers, within 5 / sqrt(n).
    """
    return cosine_similarity(moved.double().flatten(), pulled.flatten(), dim=0).item()
