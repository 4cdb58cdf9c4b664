from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torchvision import datasets

from autograder import data


def test_torchvision_reads_it(tmp_path: Path, few: data.ImageData) -> None:
    data.write_torchvision_layout(few, tmp_path, train=100, test=30)
    train = datasets.MNIST(tmp_path, train=True, download=False)
    test = datasets.MNIST(tmp_path, train=False, download=True)  # and has nothing to download
    assert torch.equal(train.data, few.train_images[:100])
    assert torch.equal(train.targets, few.train_labels[:100])
    assert torch.equal(test.data, few.test_images[:30])
    assert torch.equal(test.targets, few.test_labels[:30])
    image, label = train[0]
    assert (image.mode, image.size, label) == ("L", (28, 28), 5)


def test_it_is_too_small_to_grade_on(tmp_path: Path, few: data.ImageData) -> None:
    data.write_torchvision_layout(few, tmp_path)
    with pytest.raises(
        data.DataUnavailable, match="expected an array of 60000×28×28, found one of 120"
    ):
        data.load("mnist", tmp_path, allow_synthetic=True)
