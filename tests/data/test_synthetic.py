from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from autograder import data
from autograder.data.synthetic import draw

_DRAW = """
import hashlib
from autograder.data.synthetic import draw
images, labels = draw(700, 3)
print(hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest())
"""


def test_a_seed_gives_the_same_digits_in_every_process() -> None:
    images, labels = draw(700, 3)
    digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    for threads in ("1", "2"):
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        command = [sys.executable, "-c", _DRAW]
        result = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        )
        assert result.stdout.strip() == digest


def test_another_seed_gives_other_digits() -> None:
    assert not np.array_equal(draw(50, 1)[0], draw(50, 2)[0])


@pytest.mark.parametrize("count", [0, 1, 501])
def test_any_number_can_be_drawn(count: int) -> None:
    images, labels = draw(count, 0)
    assert images.shape == (count, 28, 28)
    assert labels.shape == (count,)
    assert images.dtype == labels.dtype == np.uint8


def test_drawing_leaves_the_global_random_state_alone() -> None:
    before, torch_before = np.random.get_state(), torch.get_rng_state()
    draw(10, 0)
    after = np.random.get_state()
    assert before[0] == after[0]
    assert np.array_equal(before[1], after[1])
    assert torch.equal(torch_before, torch.get_rng_state())


def test_the_set_has_mnists_sizes_and_types(synthetic: data.ImageData) -> None:
    assert synthetic.name == "synthetic"
    assert synthetic.origin == "synthetic digits, drawn from fonts"
    assert synthetic.train_images.shape == (60_000, 28, 28)
    assert synthetic.test_images.shape == (10_000, 28, 28)
    assert synthetic.train_labels.shape == (60_000,)
    assert synthetic.test_labels.shape == (10_000,)
    assert synthetic.train_images.dtype == synthetic.test_images.dtype == torch.uint8
    assert synthetic.train_labels.dtype == synthetic.test_labels.dtype == torch.int64
    assert synthetic.train_labels[0] == 5


def test_pixels_and_labels_are_spread_as_in_mnist(synthetic: data.ImageData) -> None:
    for images, labels in [
        (synthetic.train_images, synthetic.train_labels),
        (synthetic.test_images, synthetic.test_labels),
    ]:
        pixels = images.numpy() / np.float32(255)
        assert abs(pixels.mean() - 0.1307) < 0.01
        assert abs(pixels.std() - 0.3081) < 0.01
        assert 0.78 < (images == 0).float().mean() < 0.84
        shares = torch.bincount(labels, minlength=10) / len(labels)
        assert len(shares) == 10
        assert (shares - 0.1).abs().max() < 0.01


def test_digits_lie_in_the_middle(synthetic: data.ImageData) -> None:
    images = synthetic.test_images.double()
    ink = images.sum(dim=(1, 2))
    assert (ink > 255 * 10).all(), "an image is empty"
    places = torch.arange(28, dtype=torch.float64) - 13.5
    for axis in (1, 2):
        centres = (images.sum(dim=axis) * places).sum(dim=1) / ink
        assert centres.mean().abs() < 0.1
        assert centres.abs().quantile(0.99) < 2
    frame = images.clone()
    frame[:, 4:24, 4:24] = 0
    assert frame.sum() / images.sum() < 0.03, "much ink outside of the 20×20 box"


def test_no_image_occurs_twice(synthetic: data.ImageData) -> None:
    both = torch.cat([synthetic.train_images, synthetic.test_images]).numpy()
    assert len({image.tobytes() for image in both}) == len(both)


def test_labels_fit_the_images(synthetic: data.ImageData) -> None:
    """The mean image of each label finds most images of that label, far more than of any other."""
    train = synthetic.train_images.flatten(1).float()
    means = torch.stack([train[synthetic.train_labels == digit].mean(dim=0) for digit in range(10)])
    nearest = torch.cdist(synthetic.test_images.flatten(1).float(), means).argmin(dim=1)
    for digit in range(10):
        found = torch.bincount(nearest[synthetic.test_labels == digit], minlength=10)
        assert found[digit] > 0.6 * found.sum()


@pytest.mark.slow
def test_the_set_is_about_as_hard_as_mnist(synthetic: data.ImageData) -> None:
    """With the handout's network and settings: Adam reaches the threshold, plain SGD does not."""
    assert 0.965 < _accuracy(synthetic, torch.optim.Adam) < 0.985
    assert _accuracy(synthetic, torch.optim.SGD) < 0.92


def _accuracy(images: data.ImageData, kind: type[torch.optim.Optimizer]) -> float:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return _trained(images, kind)
    finally:
        torch.set_num_threads(threads)


def _trained(images: data.ImageData, kind: type[torch.optim.Optimizer]) -> float:
    def inputs(pixels: torch.Tensor) -> torch.Tensor:
        return ((pixels.float() / 255 - 0.1307) / 0.3081).flatten(1)

    x, y = inputs(images.train_images[:50_000]), images.train_labels[:50_000]
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)
    )
    optimizer = kind(model.parameters(), lr=1e-3)  # type: ignore[call-arg]
    for _ in range(2):
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        right = model(inputs(images.test_images)).argmax(dim=1) == images.test_labels
    return right.float().mean().item()
