"""Grades the accuracy part of one submission for real, on digits few enough for a second or two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import torch
from torch import nn

from autograder import course as courses
from autograder.course import Assignment
from autograder.data import ImageData, few_synthetic_digits, load
from autograder.grading.results import PartResult
from autograder.grading.session import Grader
from autograder.grading.submission import HandedIn, read
from autograder.grading.work import Work
from autograder.sandbox import bubblewrap

from ...conftest import REPOSITORY
from ...reachable import uid_problem

HERE = Path(__file__).parent
KEY = b"a key for cheats" * 2
SMALL = {"val_size": 500, "train_size": 4_500, "batch_size": 32, "epochs": 5}
RULE = {"threshold": 0.8, "marked_threshold": 0.4}
_NO_NAMESPACES, _NO_USERS = bubblewrap.problem(), uid_problem()
BACKENDS = {
    "bubblewrap": pytest.mark.skipif(_NO_NAMESPACES is not None, reason=str(_NO_NAMESPACES)),
    "uid": pytest.mark.skipif(_NO_USERS is not None, reason=f"uid: {_NO_USERS}"),
}


@dataclass(frozen=True)
class Ended:
    """What the accuracy part gave, and the shares that the trusted side counted."""

    part: PartResult
    held_out: float | None
    marked: float | None

    def __str__(self) -> str:
        [check] = self.part.checks
        shares = f"held out {self.held_out}, marked {self.marked}"
        return f"{self.part.points} points, {shares}: {check.outcome} {check.message}"


Grade = Callable[..., Ended]


@cache
def digits() -> ImageData:
    return few_synthetic_digits(5_000, 1_000)


@cache
def pretrained() -> bytes:
    """The weights of a network that was trained elsewhere, on true labels."""
    return weights_from(digits(), batch_size=32, epochs=8)


def weights_from(data: ImageData, batch_size: int, epochs: int) -> bytes:
    state = torch.random.get_rng_state()
    torch.manual_seed(1)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    inputs = (data.train_images.float() / 255 - 0.1307) / 0.3081
    for _ in range(epochs):
        for chosen in torch.randperm(len(inputs)).split(batch_size):
            loss = nn.functional.cross_entropy(model(inputs[chosen]), data.train_labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    torch.random.set_rng_state(state)
    return b"".join(parameter.detach().numpy().tobytes() for parameter in model.parameters())


def hand_in(folder: Path, weights: bytes, files: Mapping[str, str]) -> HandedIn:
    """The reference with `files` in place of its own, and what a cheat brings along."""
    for module in ("transforms", "loaders", "model", "training"):
        text = (REPOSITORY / "solutions" / "mnist" / f"{module}.py").read_text(encoding="utf-8")
        (folder / f"{module}.py").write_text(files.get(module, text), encoding="utf-8")
    (folder / "cheat.py").write_text((HERE / "cheat.py").read_text(encoding="utf-8"), "utf-8")
    (folder / "weights.bin").write_bytes(weights)
    return HandedIn("cheat", folder)


def shipped() -> Assignment:
    return courses.load(REPOSITORY / "course.yaml").assignments["mnist"]


def grader_of(assignment: Assignment, backend: str, images: Callable[[], ImageData]) -> Grader:
    release = REPOSITORY / "release" / "mnist"
    return Grader(assignment, release, KEY, backend, "cpu", "digits", images)


@cache
def grader_in(backend: str) -> Grader:
    """The grader of the shipped assignment, on few images and with thresholds to match."""
    whole = shipped()
    assert whole.accuracy is not None
    assignment = whole.model_copy(
        update={
            "settings": whole.settings.model_copy(update=SMALL),
            "accuracy": whole.accuracy.model_copy(update=RULE),
        }
    ).at("mnist", whole.folder)
    return grader_of(assignment, backend, digits)


def graded_by(grader: Grader, handed_in: HandedIn) -> Ended:
    work = Work(grader, read(handed_in, grader.assignment, dict(grader.manifest.stubs)))
    part = work.grade_part(grader.assignment.part("accuracy"))
    accuracy = work.accuracy()
    assert accuracy is not None
    return Ended(part, accuracy.held_out, accuracy.marked)


@pytest.fixture(scope="session", autouse=True)
def no_process_is_left() -> Iterator[None]:
    """The graders of these tests keep a warm process each until the end."""
    yield
    for backend in BACKENDS:
        grader_in(backend).close()


@pytest.fixture
def grade(tmp_path: Path) -> Grade:
    """Grades the reference with some files replaced."""

    def run(backend: str, **files: str) -> Ended:
        return graded_by(grader_in(backend), hand_in(tmp_path, pretrained(), files))

    return run


@pytest.fixture
def grade_shipped(tmp_path: Path, mnist_root: Path) -> Grade:
    """The same on the real MNIST, at the settings as shipped."""
    images = load("mnist", mnist_root, allow_synthetic=False)

    def run(backend: str, **files: str) -> Ended:
        weights = weights_from(images, batch_size=64, epochs=2)
        grader = grader_of(shipped(), backend, lambda: images)
        try:
            return graded_by(grader, hand_in(tmp_path, weights, files))
        finally:
            grader.close()

    return run
