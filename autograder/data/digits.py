"""Keeps the synthetic digits once they are drawn, so that every run sees the same ones."""

from __future__ import annotations

import contextlib
import hashlib
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..atomic import write_bytes
from .images import TEST_SIZE, TRAIN_SIZE, ImageData
from .mnist import cache_folder
from .synthetic import draw

# Count it up whenever the drawing changes.
VERSION = 1
SEED = 20_260_101

Set = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def synthetic_digits(reason: str = "") -> ImageData:
    """The synthetic set, as many images as MNIST; drawn in seconds where the cache has none.

    `reason` tells people why it isn't MNIST. A kept file that is damaged is drawn again, and where
    the cache can't be written the images are drawn each time. Two processes that come here at once
    both draw, and write the same file.
    """
    path = kept_file()
    images_and_labels = _kept(path)
    if images_and_labels is None:
        images_and_labels = draw(TRAIN_SIZE + TEST_SIZE, SEED)
        with contextlib.suppress(OSError):
            write_bytes(path, _packed(*images_and_labels))
    return _image_data(*images_and_labels, train=TRAIN_SIZE, reason=reason)


def few_synthetic_digits(train: int, test: int) -> ImageData:
    """A small set in about a second, neither read from the cache nor kept there."""
    return _image_data(*draw(train + test, SEED), train=train, reason="")


def kept_file() -> Path:
    """Where the set is kept."""
    return cache_folder() / f"synthetic-digits-{VERSION}.bin"


def _image_data(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], train: int, reason: str
) -> ImageData:
    import torch

    return ImageData(
        name="synthetic",
        train_images=torch.from_numpy(images[:train]),
        train_labels=torch.from_numpy(labels[:train]).long(),
        test_images=torch.from_numpy(images[train:]),
        test_labels=torch.from_numpy(labels[train:]).long(),
        origin="synthetic digits, drawn from fonts" + (f": {reason}" if reason else ""),
    )


def _packed(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> bytes:
    """A compressed npz file behind the SHA-256 of its bytes."""
    file = io.BytesIO()
    np.savez_compressed(file, images=images, labels=labels)
    return hashlib.sha256(file.getvalue()).digest() + file.getvalue()


def _kept(path: Path) -> Set | None:
    """The images and labels in the file; None where it is missing or damaged."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, packed = content[:32], content[32:]
    if hashlib.sha256(packed).digest() != digest:
        return None
    with np.load(io.BytesIO(packed), allow_pickle=False) as file:
        return file["images"], file["labels"]
