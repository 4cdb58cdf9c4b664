from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autograder import data
from autograder.data import idx, mnist

SHAPES = {
    mnist.TRAIN_IMAGES: (60_000, 28, 28),
    mnist.TRAIN_LABELS: (60_000,),
    mnist.TEST_IMAGES: (10_000, 28, 28),
    mnist.TEST_LABELS: (10_000,),
}


@pytest.fixture(scope="session")
def synthetic() -> data.ImageData:
    """The whole synthetic set, drawn once and then in the session's own cache."""
    return data.load("synthetic", None, allow_synthetic=False)


@pytest.fixture(scope="session")
def few() -> data.ImageData:
    return data.few_synthetic_digits(train=120, test=40)


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four gzipped files with MNIST's names and shapes, and almost nothing in them."""
    folder = tmp_path_factory.mktemp("stand-in")
    for number, (name, shape) in enumerate(SHAPES.items()):
        array = np.zeros(shape, np.uint8)
        array.reshape(-1)[0] = 5 + number
        idx.write(folder / f"{name}.gz", array)
    return folder


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of a user who has never run the program; MNIST_ROOT names nothing."""
    for variable in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("MNIST_ROOT", raising=False)
    return mnist.cache_folder()
