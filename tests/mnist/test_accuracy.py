"""The accuracy part: its probe, its short cut for transforms, and what the check makes of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image

from autograder.data import ImageData, few_synthetic_digits, load
from autograder.selfcheck.expect import CheckFailed, Expect
from autograder.selfcheck.plain import Opaque
from autograder.selfcheck.plugin import Unshown

from .harness import FAILED, PASSED, SETTINGS, WHEATS, Ended, checks_of, kit, outcomes

PROBES = kit()["probes"]
TRANSFORMS = sorted((WHEATS / "transforms").glob("*.py"))
SMALL = {**SETTINGS, "val_size": 200, "eval_batch_size": 100, "epochs": 1}


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe computes in one thread, as it does in a worker; here that must not stay so."""
    monkeypatch.setattr(torch, "set_num_threads", lambda number: None)


@pytest.fixture(scope="module")
def digits() -> ImageData:
    return few_synthetic_digits(1_500, 300)


def transform_of(path: Path, mean: float = 0.1307, std: float = 0.3081) -> Callable[[Any], Any]:
    names: dict[str, Any] = {}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    return names["build_transform"](mean, std)


def submission(folder: Path, **wheats: str) -> Path:
    """A whole submission of wheats, the first of each module where no other is named."""
    plain = {"transforms": "compose", "loaders": "plain", "model": "sequential"}
    for module, name in ({"training": "plain"} | plain | wheats).items():
        shutil.copy(WHEATS / module / f"{name}.py", folder / f"{module}.py")
    return folder


def check(
    folder: Path,
    images: ImageData,
    rule: tuple[float, float, float],
    settings: Mapping[str, Any] = SMALL,
) -> tuple[Ended, dict[str, float]]:
    """The accuracy check on a submission, and what it recorded."""
    recorded: dict[str, float] = {}
    more = {
        "images": images,
        "accuracy_rule": rule,
        "record": recorded.__setitem__,
        "settings": SimpleNamespace(**settings),
    }
    return outcomes(folder, ("accuracy",), more)["accuracy::held_out"], recorded


@pytest.mark.parametrize("path", TRANSFORMS, ids=lambda path: path.stem)
def test_table_gives_the_very_bits_of_the_transform(path: Path, digits: ImageData) -> None:
    transform = transform_of(path)
    table = PROBES.pixel_table(transform, digits.train_images[:8])
    assert table is not None
    images, labels = digits.train_images[:200], digits.train_labels[:200]
    slow = PROBES.Digits(images, labels, transform)
    fast = PROBES.TableDigits(images, labels, table)
    together = fast.__getitems__(list(range(200)))
    assert len(slow) == len(fast) == 200
    for index in range(200):
        image, label = slow[index]
        for other, other_label in (fast[index], together[index]):
            assert torch.equal(torch.as_tensor(image), other)
            assert type(label) is type(other_label) is int
            assert label == other_label


def flips_some(image: Image.Image, chance: torch.Generator) -> torch.Tensor:
    pixels = transform_of(TRANSFORMS[0])(image)
    return pixels.flip(2) if torch.rand((), generator=chance) < 0.02 else pixels


@pytest.mark.parametrize(
    "change",
    [
        lambda pixels: pixels - pixels.mean(),
        lambda pixels: pixels.flip(2),
        lambda pixels: pixels * torch.linspace(0.999, 1, 28),
        lambda pixels: torch.nn.functional.avg_pool2d(pixels, 3, 1, 1),
        lambda pixels: pixels + 1e-6 * torch.rand(1),
        lambda pixels: pixels.double(),
        lambda pixels: pixels.flatten(),
        lambda pixels: pixels.numpy(),
        lambda pixels: pixels * float("nan"),
    ],
)
def test_no_table_for_what_is_none(change: Callable[[Any], Any], digits: ImageData) -> None:
    plain = transform_of(TRANSFORMS[0])
    assert PROBES.pixel_table(lambda image: change(plain(image)), digits.train_images[:8]) is None


def test_no_table_for_rare_chance(digits: ImageData) -> None:
    chance = torch.Generator().manual_seed(0)
    sample = digits.train_images[:32]
    assert PROBES.pixel_table(lambda image: flips_some(image, chance), sample) is None


def train(folder: Path, digits: ImageData) -> list[torch.Tensor]:
    [held_out] = checks_of("accuracy")
    trained: list[torch.Tensor] = []
    rule = (0.0, 0.06, 0.0)

    class Listening(Expect):
        def tensor(self, found: Any, *args: Any, **kwargs: Any) -> torch.Tensor:
            trained.append(found)
            return super().tensor(found, *args, **kwargs)

    more = {
        "images": digits,
        "accuracy_rule": rule,
        "record": lambda name, value: None,
        "settings": SimpleNamespace(**SMALL),
        "expect": Listening(),
    }
    assert outcomes(folder, ("accuracy",), more)[held_out.id] == Ended(PASSED)
    return trained


@pytest.mark.parametrize("loaders", ["plain", "own_sampler"])
def test_short_cut_trains_the_very_same_network(
    tmp_path: Path, digits: ImageData, monkeypatch: pytest.MonkeyPatch, loaders: str
) -> None:
    folder = submission(tmp_path, loaders=loaders)
    fast = train(folder, digits)
    monkeypatch.setattr(PROBES, "TableDigits", None)
    with pytest.raises(AssertionError):
        train(folder, digits)
    monkeypatch.setattr(PROBES, "pixel_table", lambda transform, sample: None)
    slow = train(folder, digits)
    assert len(fast) == len(slow) == 4
    assert all(torch.equal(one, other) for one, other in zip(fast, slow, strict=True))


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(WHEATS.glob("*/*.py")) if path.stem != "workers"],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_correct_modules_work_together(path: Path, tmp_path: Path, digits: ImageData) -> None:
    folder = submission(tmp_path, **{path.parent.name: path.stem})
    ended, recorded = check(folder, digits, (0.0, 0.06, 0.0))
    assert ended == Ended(PASSED)
    assert recorded.keys() == {"held_out", "marked", "threshold"}
    assert 0.1 < recorded["held_out"] <= 1


def test_network_that_never_saw_the_mark_does_not_pass(tmp_path: Path, digits: ImageData) -> None:
    settings = {**SMALL, "batch_size": 16, "epochs": 6}
    ended, recorded = check(submission(tmp_path), digits, (0.5, 0.0, 0.3), settings)
    assert ended.kind == FAILED
    assert "this run's mark" in ended.message
    assert recorded["held_out"] > 0.6
    assert recorded["marked"] < 0.2


def test_mark_is_learned_by_an_honest_loop(tmp_path: Path, digits: ImageData) -> None:
    settings = {**SMALL, "batch_size": 16, "epochs": 6}
    ended, recorded = check(submission(tmp_path), digits, (0.5, 0.2, 0.3), settings)
    assert ended == Ended(PASSED)
    assert recorded["marked"] > 0.4


def test_low_accuracy_is_told(tmp_path: Path, digits: ImageData) -> None:
    ended, recorded = check(submission(tmp_path), digits, (1.0, 0.06, 0.0))
    assert ended.kind == FAILED
    assert ended.message.startswith("expected at least 100.0% of the held-out images right, found ")
    assert recorded["threshold"] == 1.0


class Answers:
    """A worker that answers the check's two questions as it likes."""

    def __init__(self, values: Any, parameters: Any) -> None:
        self.values, self.parameters = values, parameters

    def __call__(self, function: Callable[..., Any], **arguments: Any) -> Any:
        trained = {"parameters": self.parameters, "curves": "none"}
        return self.values if function.__name__ == "pixel_values" else trained


SHAPES = [(128, 784), (128,), (10, 128), (10,)]


def zeros() -> list[torch.Tensor]:
    return [torch.zeros(shape) for shape in SHAPES]


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        "weights",
        Opaque("torch.nn.modules.linear.Linear"),
        [],
        zeros()[:3],
        [*zeros(), torch.zeros(3)],
        [Opaque("object"), *zeros()[1:]],
        [*zeros()[:3], torch.full((10,), float("nan"))],
        [*zeros()[:3], torch.zeros(10, dtype=torch.int64)],
        [*zeros()[:3], torch.zeros(11)],
        [torch.zeros(785, 128), *zeros()[1:]],
        zeros(),
    ],
)
def test_whatever_comes_back_is_judged(parameters: Any, digits: ImageData) -> None:
    [held_out] = checks_of("accuracy")
    for values in (None, [1, 2], [torch.zeros(3)] * 8, [torch.zeros(1, 28, 28)] * 8):
        with pytest.raises(CheckFailed):
            held_out.function(
                probe=Answers(values, parameters),
                expect=Expect(),
                show=Unshown(),
                revealed=lambda total: [],
                rng=torch.Generator().manual_seed(1),
                settings=SimpleNamespace(**SMALL),
                device="cpu",
                images=digits,
                accuracy_rule=(0.9, 0.06, 0.5),
                record=lambda name, value: None,
            )


@pytest.mark.mnist
@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["Adam", "SGD"])
def test_the_real_thing(tmp_path: Path, optimizer: str) -> None:
    """On MNIST, at the shipped settings, Adam gets there and plain SGD doesn't."""
    folder = submission(tmp_path)
    training = folder / "training.py"
    text = training.read_text(encoding="utf-8").replace("optim.Adam", f"optim.{optimizer}")
    training.write_text(text, encoding="utf-8")
    images = load("mnist", Path(os.environ["MNIST_ROOT"]), allow_synthetic=False)
    ended, recorded = check(folder, images, (0.94, 0.06, 0.5), SETTINGS)
    assert (ended.kind == PASSED) == (optimizer == "Adam")
    assert (recorded["held_out"] >= 0.94) == (optimizer == "Adam")
