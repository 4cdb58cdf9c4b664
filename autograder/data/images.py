"""Holds what every source of images gives: the two sets, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

TRAIN_SIZE = 60_000
TEST_SIZE = 10_000
SIDE = 28


class DataUnavailable(Exception):
    """The images can't be had; the text tells a person what was found and what to do."""


@dataclass(frozen=True, eq=False)
class ImageData:
    """The images and labels of a training and a test set. Nobody writes into the tensors.

    Images are uint8 (N, 28, 28), light on dark; labels are int64 (N,), 0 to 9.
    """

    name: str
    """Which data a result was graded on: "mnist" or "synthetic"."""
    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor
    origin: str = ""
    """For people: where the images come from, and why it isn't MNIST where it isn't."""
