from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder import data
from autograder.data import digits

_LOAD = """
import hashlib, sys
from autograder import data
data.digits.TRAIN_SIZE, data.digits.TEST_SIZE = 200, 50
print("ready", flush=True)
sys.stdin.readline()
images = data.load("synthetic", None, allow_synthetic=False)
print(hashlib.sha256(images.train_images.numpy().tobytes()).hexdigest(), len(images.test_labels))
"""


@pytest.fixture
def small_sets(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sets of 200 and 50 images, so that drawing is quick; gives the file that keeps them."""
    monkeypatch.setattr(digits, "TRAIN_SIZE", 200)
    monkeypatch.setattr(digits, "TEST_SIZE", 50)
    assert empty_cache in digits.kept_file().parents
    return digits.kept_file()


def test_the_set_is_drawn_once_and_kept(small_sets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = digits.synthetic_digits()
    monkeypatch.setattr(digits, "draw", lambda count, seed: pytest.fail("drawn again"))
    again = digits.synthetic_digits(reason="there is no MNIST")
    assert first.train_images.shape == (200, 28, 28)
    assert torch.equal(first.train_images, again.train_images)
    assert torch.equal(first.train_labels, again.train_labels)
    assert torch.equal(first.test_images, again.test_images)
    assert torch.equal(first.test_labels, again.test_labels)
    assert again.origin == "synthetic digits, drawn from fonts: there is no MNIST"
    assert [path.name for path in small_sets.parent.iterdir()] == [small_sets.name]
    assert small_sets.name == f"synthetic-digits-{digits.VERSION}.bin"


@pytest.mark.parametrize("damage", ["empty", "cut", "flip", "pickle", "folder"])
def test_a_damaged_file_is_drawn_again(small_sets: Path, damage: str) -> None:
    first = digits.synthetic_digits()
    content = small_sets.read_bytes()
    if damage == "folder":
        small_sets.unlink()
        small_sets.mkdir()
    else:
        flipped = bytearray(content)
        flipped[len(content) // 2] ^= 1
        small_sets.write_bytes(
            {"empty": b"", "cut": content[:-1], "flip": bytes(flipped), "pickle": b"\x80\x04N."}[
                damage
            ]
        )
    assert torch.equal(digits.synthetic_digits().train_images, first.train_images)
    if damage != "folder":
        assert small_sets.read_bytes() == content


def test_without_a_cache_the_set_is_still_there(small_sets: Path) -> None:
    small_sets.parent.parent.mkdir(parents=True, exist_ok=True)
    small_sets.parent.touch()  # a file where the folder should be
    assert len(digits.synthetic_digits().train_images) == 200


def test_two_processes_at_once_see_the_same_set(small_sets: Path) -> None:
    command = [sys.executable, "-c", _LOAD]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, env=dict(os.environ), **pipes) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # both are let go when both are ready
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert answers[0] == answers[1]
    assert answers[0].endswith(" 50\n")
    assert [path.name for path in small_sets.parent.iterdir()] == [small_sets.name]
    drawn = small_sets.read_bytes()
    assert np.array_equal(digits.synthetic_digits().train_labels[:1], [5])
    assert small_sets.read_bytes() == drawn, "the kept file was not good"


def test_a_few_digits_touch_no_cache(small_sets: Path) -> None:
    few = data.few_synthetic_digits(train=30, test=20)
    assert (len(few.train_images), len(few.test_images)) == (30, 20)
    assert few.train_labels[0] == 5
    assert few.name == "synthetic"
    assert not small_sets.exists()
