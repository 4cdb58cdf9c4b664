"""Draws a few digits for the notebooks to run on, so that a release can be tried without MNIST."""

from __future__ import annotations

import struct
from pathlib import Path

TRAIN_IMAGES, TEST_IMAGES = 2_000, 500
_FOLDER = Path("MNIST", "raw")


def write_small_data(root: Path) -> None:
    """2,000 training and 500 test images, 28×28, in torchvision's layout below `root`."""
    from ..data.synthetic import draw

    folder = root / _FOLDER
    folder.mkdir(parents=True)
    for name, count, seed in (("train", TRAIN_IMAGES, 1), ("t10k", TEST_IMAGES, 2)):
        images, labels = draw(count, seed)
        header = struct.pack(">IIII", 0x803, *images.shape)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(header + images.tobytes())
        header = struct.pack(">II", 0x801, len(labels))
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(header + labels.tobytes())
