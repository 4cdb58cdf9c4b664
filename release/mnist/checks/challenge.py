"""Draws challenge data that nobody knows beforehand, so that nobody has the answer ready.

What is drawn for training is for a linear model with scores for three classes.
"""

from __future__ import annotations

import torch
from closed_forms import CLASSES, linear_scores
from torch import Tensor

SIDE = 10
# How often the classes come among six samples that follow each other.
SHARES = (3, 2, 1)


# Strokes of a seven: lines from (row, column) to (row, column).
STROKES = (((7.0, 7.0), (6.5, 20.0)), ((6.5, 20.0), (21.5, 11.5)), ((14.5, 11.5), (13.5, 18.5)))


def drawn_digit() -> Tensor:
    """(1, 28, 28) uint8: a handwritten seven, no secret, to be looked at."""
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    nearest = torch.full((28, 28), 99.0)
    for (top, left), (bottom, right) in STROKES:
        down, across = bottom - top, right - left
        along = ((rows - top) * down + (columns - left) * across) / (down**2 + across**2)
        along = along.clamp(0, 1)
        distance = torch.hypot(rows - top - along * down, columns - left - along * across)
        nearest = torch.minimum(nearest, distance)
    return (255 * (2.2 - nearest).clamp(0, 1)).round().to(torch.uint8)[None]


def draw_numbers(rng: torch.Generator, size: int) -> Tensor:
    """(size,) int64 that all differ, in random order; small enough for float32 to count exactly."""
    rising = torch.randint(1, 10_000, (size,), generator=rng).cumsum(dim=0)
    return rising[torch.randperm(size, generator=rng)]


def draw_repeats(rng: torch.Generator, kinds: int, times: int) -> Tensor:
    """(kinds * times,) int64 in which every number below `kinds` stands `times` times."""
    return torch.randperm(kinds * times, generator=rng) % kinds


def draw_sizes(rng: torch.Generator, count: int) -> list[float]:
    """Numbers from 1 to 1000, small ones as likely as large ones."""
    return (1000 ** torch.rand(count, generator=rng).double()).tolist()


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


def draw_guessed(
    rng: torch.Generator, weight: Tensor, bias: Tensor, size: int, right: int
) -> tuple[Tensor, Tensor]:
    """Images and labels of which the linear model gets `right` right, and none narrowly."""
    images = draw_images(rng, 4 * size)
    scores = linear_scores(weight, bias, images)
    best, second = scores.topk(2, dim=1).values.T
    chosen = (best - second > 0.1).nonzero().flatten()[:size]
    wrong = torch.randint(1, CLASSES, (size,), generator=rng)
    wrong[torch.randperm(size, generator=rng)[:right]] = 0
    return images[chosen], (scores[chosen].argmax(dim=1) + wrong) % CLASSES


def draw_shared_labels(rng: torch.Generator, size: int) -> Tensor:
    """(size,) int64 in which every six hold the classes 3, 2 and 1 times, whichever is which."""
    classes = torch.randperm(CLASSES, generator=rng)
    six = classes.repeat_interleave(torch.tensor(SHARES))
    mixed = [six[torch.randperm(len(six), generator=rng)] for _ in range(0, size, len(six))]
    return torch.cat(mixed)[:size]


def clusters(rng: torch.Generator, size: int) -> tuple[Tensor, Tensor]:
    """Images (size, 1, SIDE, SIDE) and labels (size,) of three groups that are easy to tell apart.

    Pixel 0 holds a number of the image's own.
    """
    labels = draw_shared_labels(rng, size)
    centres = 2 * torch.randn(CLASSES, SIDE * SIDE, generator=rng)
    inputs = centres[labels] + 0.3 * torch.randn(size, SIDE * SIDE, generator=rng)
    inputs[:, 0] = draw_numbers(rng, size)
    return inputs.view(size, 1, SIDE, SIDE), labels
