"""A transform that is applied by a table gives the very bits that it gives image by image."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import default_collate

from autograder.data import ImageData, few_synthetic_digits

from .harness import MODULES, SETTINGS, SOURCE, WHEATS, _seed, kit, submission

SMALL = SETTINGS | {
    "val_size": 90, "batch_size": 32, "eval_batch_size": 50, "epochs": 2, "hidden": 16,
}  # fmt: skip
CORRECT = [
    *(SOURCE / f"{module}.py" for module in MODULES),
    *sorted(WHEATS.glob("*/*.py")),
]


def module_of(path: Path) -> str:
    return path.stem if path.parent == SOURCE else path.parent.name


@cache
def images() -> ImageData:
    return few_synthetic_digits(300, 10)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What each look for a table found, for the tests to look at."""
    found: list[Any] = []
    probes = kit()["probes"]
    real = probes.pixel_table

    def noted(*arguments: Any) -> Any:
        found.append(real(*arguments))
        return found[-1]

    monkeypatch.setattr(probes, "pixel_table", noted)
    return found


def trained(student: Any) -> dict[str, Any]:
    """The parameters after a run, every batch that the loaders gave meanwhile, and the losses."""
    noted: dict[str, Any] = {"batches": []}
    build, fit = student.loaders.build_loaders, student.training.fit

    def watched(loader: Any) -> Any:
        return Watched(loader, noted["batches"])

    def fit_and_note(model: Any, train: Any, val: Any, **how: Any) -> Any:
        noted["history"] = fit(model, watched(train), watched(val), **how)
        return noted["history"]

    class Modules:
        transforms, model = student.transforms, student.model
        loaders = type("loaders", (), {
            "split_train_val": staticmethod(student.loaders.split_train_val),
            "build_loaders": staticmethod(build),
        })  # fmt: skip
        training = type("training", (), {"fit": staticmethod(fit_and_note)})

    _seed(3)
    data = images()
    noted["parameters"] = kit()["probes"].trained_network(
        Modules, data.train_images, data.train_labels, 20, SMALL, "cpu"
    )
    return noted


class Watched:
    """A loader that keeps a copy of every batch."""

    def __init__(self, loader: Any, kept: list[Any]) -> None:
        self._loader, self._kept = loader, kept

    def __iter__(self) -> Iterator[Any]:
        for inputs, labels in self._loader:
            self._kept.append((inputs.clone(), torch.as_tensor(labels).clone()))
            yield inputs, labels

    def __len__(self) -> int:
        return len(self._loader)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def same(one: Any, other: Any) -> bool:
    """Equal to the last bit."""
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@pytest.mark.parametrize("path", CORRECT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_both_paths_give_the_same_bits(
    path: Path, tmp_path: Path, seen: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in MODULES:
        shutil.copy(SOURCE / f"{module}.py", tmp_path / f"{module}.py")
    shutil.copy(path, tmp_path / f"{module_of(path)}.py")
    with submission(tmp_path) as student:
        fast = trained(student)
        assert [table is not None for table in seen] == [True]
        monkeypatch.setattr(kit()["probes"], "pixel_table", lambda *_: None)
        slow = trained(student)
    assert len(fast["batches"]) >= 2 * (300 - 90) // 32
    assert same(fast, slow)


def table_of(transform: Callable[[Any], Any]) -> Any:
    return kit()["probes"].pixel_table(transform, images().train_images[:4])


def to_tensor(picture: Any) -> torch.Tensor:
    from torchvision.transforms.functional import to_tensor as convert

    return convert(picture)


@pytest.mark.parametrize(
    "transform",
    [
        lambda picture: to_tensor(picture) - to_tensor(picture).mean(),
        lambda picture: to_tensor(picture).flip(2),
        lambda picture: to_tensor(picture).double(),
        lambda picture: to_tensor(picture).flatten(),
        lambda picture: to_tensor(picture).expand(3, 28, 28),
        lambda picture: to_tensor(picture) + 1e-6 * torch.randn(1, 28, 28),
        lambda picture: torch.where(torch.arange(28) > 20, to_tensor(picture), 0.0),
        lambda picture: to_tensor(picture) * (1 + (picture.getpixel((0, 0)) == 77) * 1e-6),
        lambda picture: picture,
    ],
    ids=[
        "mean of the image", "places", "doubles", "flat", "colours", "noise", "corner",
        "one value in one place", "pictures",
    ],
)  # fmt: skip
def test_what_is_no_table_is_not_taken_for_one(transform: Callable[[Any], Any]) -> None:
    assert table_of(transform) is None


def test_a_transform_that_counts_its_calls_is_no_table() -> None:
    calls: list[int] = []

    def transform(picture: Any) -> torch.Tensor:
        calls.append(1)
        return to_tensor(picture) + (len(calls) > 200)

    assert table_of(transform) is None


def test_items_are_the_same_one_by_one_and_many_at_once() -> None:
    probes = kit()["probes"]
    data = images()
    table = torch.arange(256.0)
    fast = probes.TableDigits(data.train_images, data.train_labels, table)
    slow = probes.Digits(
        data.train_images, data.train_labels, lambda picture: 255 * to_tensor(picture)
    )
    assert len(fast) == len(slow) == 300
    for index in (0, 299, -1, torch.tensor(7)):
        assert same(fast[index], (fast.__getitems__([index])[0]))
        assert fast[index][1] == slow[index][1]
        assert torch.allclose(fast[index][0], slow[index][0])
    for index in (300, -301):
        for dataset in (fast, slow):
            with pytest.raises(IndexError):
                dataset[index]
        with pytest.raises(IndexError):
            fast.__getitems__([0, index])


def a_batch() -> Any:
    data = images()
    table = torch.arange(256.0)
    return kit()["probes"].TableDigits(
        data.train_images, data.train_labels, table
    ).__getitems__([3, 1, 2])  # fmt: skip


USES: dict[str, Callable[[Any], Any]] = {
    "all": list,
    "how many": len,
    "the first": lambda items: [items[0], len(items)],
    "the last": lambda items: items[-1],
    "some": lambda items: items[1:],
    "in columns": lambda items: list(zip(*items, strict=True)),
    "unpacked": lambda items: [*items],
    "backwards": lambda items: list(reversed(items)),
    "sorted by label": lambda items: items.sort(key=lambda item: item[1]) or items,
    "appended to": lambda items: items.append(items[0]) or items,
    "one taken away": lambda items: [items.pop(), items],
    "one put in its place": lambda items: items.__setitem__(0, items[1]) or items,
    "added": lambda items: items + [1],  # noqa: RUF005
    "added to others": lambda items: [1] + items,  # noqa: RUF005
    "twice": lambda items: 2 * items,
    "copied": copy.copy,
    "true": bool,
    "written": repr,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_batch_is_a_list_for_whoever_looks(use: Callable[[Any], Any]) -> None:
    plain = [tuple(item) for item in a_batch()]
    assert same(use(a_batch()), use(plain))


def test_every_method_of_a_list_sees_the_items() -> None:
    items = kit()["probes"].Items
    inherited = {name for name in dir(list) if getattr(items, name) is getattr(list, name, None)}
    inherited -= set(dir(object))
    assert inherited <= {"__class_getitem__"}


def test_a_batch_is_collated_as_pytorch_does_it() -> None:
    plain = [tuple(item) for item in a_batch()]
    expected = default_collate(plain)
    assert same(default_collate(a_batch()), expected)
    looked_at = a_batch()
    assert len(looked_at) == 3
    assert same(default_collate(looked_at), expected)
    assert same(default_collate(list(a_batch())), expected)
    assert same(default_collate(looked_at[:2]), default_collate(plain[:2]))
    assert type(default_collate(a_batch())) is type(expected)
