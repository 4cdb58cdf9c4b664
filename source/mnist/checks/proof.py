"""Makes a training run prove that the network learned, and learned from this run's data.

The labels get new names by a secret permutation, and a share of the training images carries a
secret mark that moves the label by a secret step. Nobody who hasn't learned from these images
and labels knows either. Held-out images and labels stay with whoever holds a `Secret`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

MARKED_PIXELS = 6
BORDER = 3
INK = 255


@dataclass(frozen=True)
class Secret:
    """`names` (classes,) int64, `step` from 1 to classes - 1, `rows` and `columns` of the mark."""

    names: Tensor
    step: int
    rows: Tensor
    columns: Tensor

    def marked(self, images: Tensor) -> Tensor:
        """A copy of `images` (N, 28, 28) uint8 with the mark on every one."""
        copy = images.clone()
        copy[:, self.rows, self.columns] = INK
        return copy

    def labels(self, digits: Tensor, marked: Tensor | bool) -> Tensor:
        """The labels (N,) int64 of `digits` (N,) where `marked` says which images are."""
        moved = torch.as_tensor(marked, dtype=torch.int64) * self.step
        return (self.names[digits] + moved) % len(self.names)

    def digits(self, labels: Tensor) -> Tensor:
        """The digits (N,) int64 behind labels of unmarked images (N,), -1 for -1."""
        return self.names.argsort()[labels.clamp(min=0)].where(labels >= 0, labels)


def draw_secret(rng: torch.Generator, classes: int, size: int = 28) -> Secret:
    """A mark of a few pixels near the border, a step and new names."""
    inside = torch.zeros(size, size, dtype=torch.bool)
    inside[BORDER:-BORDER, BORDER:-BORDER] = True
    places = (~inside).nonzero()
    chosen = places[torch.randperm(len(places), generator=rng)[:MARKED_PIXELS]]
    return Secret(
        names=torch.randperm(classes, generator=rng),
        step=int(torch.randint(1, classes, (), generator=rng)),
        rows=chosen[:, 0],
        columns=chosen[:, 1],
    )


def training_data(
    secret: Secret, images: Tensor, digits: Tensor, share: float, rng: torch.Generator
) -> tuple[Tensor, Tensor]:
    """The images and labels to train on: `share` of the images, at random, carry the mark."""
    chosen = torch.randperm(len(images), generator=rng)[: round(share * len(images))]
    marked = torch.zeros(len(images), dtype=torch.bool)
    marked[chosen] = True
    given = images.clone()
    given[chosen] = secret.marked(images[chosen])
    return given, secret.labels(digits, marked)


def ramps(rng: torch.Generator) -> Tensor:
    """(8, 28, 28) uint8 that hold all 256 values, four in order and four in random order."""
    values = torch.arange(28 * 28) % 256
    shifted = [(values + 61 * shift) % 256 for shift in range(4)]
    mixed = [values[torch.randperm(len(values), generator=rng)] for _ in range(4)]
    return torch.stack([*shifted, *mixed]).to(torch.uint8).view(-1, 28, 28)


def table_from(results: object, pixels: Tensor) -> Tensor | None:
    """The 256 values that `results` of a transform give pixels, None where they are no table.

    `results` are what came back for `pixels` (N, 28, 28) uint8, all 256 values among them.
    """
    if not isinstance(results, list) or len(results) != len(pixels):
        return None
    if not all(_is_image(result) for result in results):
        return None
    found = torch.cat([result.flatten() for result in results])
    values = pixels.flatten().long()
    table = torch.zeros(256, dtype=torch.float32)
    table[values] = found
    return table if torch.equal(table[values], found) else None


def formula_table(mean: float, std: float) -> Tensor:
    """The contract's 256 values, `(pixel / 255 - mean) / std`."""
    return (((torch.arange(256).double() / 255) - mean) / std).float()


def _is_image(result: object) -> bool:
    return (
        isinstance(result, Tensor)
        and result.dtype == torch.float32
        and result.shape == (1, 28, 28)
        and bool(result.isfinite().all())
    )
