"""Probes return plain data: what of a student's object survives, and what becomes of the rest."""

from __future__ import annotations

import enum
import math
from collections import OrderedDict, defaultdict, namedtuple
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from autograder.selfcheck.plain import MAX_DEPTH, Opaque, as_data, type_name


class LyingFloat(float):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


class LyingText(str):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


class LyingList(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        return iter([1, 2, 3])

    def __len__(self) -> int:
        return 3


class LyingDict(dict):  # type: ignore[type-arg]
    def items(self) -> Any:
        return [("a", 1)]


class LyingTensor(torch.Tensor):
    def __eq__(self, other: object) -> Any:
        return torch.ones(self.shape, dtype=torch.bool)


class Colour(enum.IntEnum):
    RED = 1


Pair = namedtuple("Pair", "loss accuracy")


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (None, None),
        (True, True),
        (-(2**63), Opaque("an integer of more than 64 bits")),
        (2**63 - 1, 2**63 - 1),
        (2.5, 2.5),
        ("text", "text"),
        ((1, [2, (3,)]), [1, [2, [3]]]),
        ({"a": (1,)}, {"a": [1]}),
        (torch.Size([1, 28, 28]), [1, 28, 28]),
        (Pair(0.5, 1.0), [0.5, 1.0]),
        (defaultdict(list, {"a": [1]}), {"a": [1]}),
        (OrderedDict(a=1), {"a": 1}),
        (LyingList([7]), [7]),
        (LyingDict(b=2), {"b": 2}),
        (np.float64(0.5), 0.5),
        (LyingFloat(0.5), 0.5),
    ],
)
def test_plain_values_stay_what_they_are(value: Any, data: Any) -> None:
    found = as_data(value)
    assert type(found) is type(data)
    assert repr(found) == repr(data)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (LyingText("a"), "LyingText"),
        (Colour.RED, "Colour"),
        (np.float32(1), "numpy.float32"),
        (np.int64(1), "numpy.int64"),
        (np.zeros(2), "numpy.ndarray"),
        (b"bytes", "bytes"),
        ({1, 2}, "set"),
        (1j, "complex"),
        (nn.ReLU(), "torch.nn.modules.activation.ReLU"),
        ({1: 2}, "dict with keys that are not strings"),
        ({LyingText("a"): 2}, "dict with keys that are not strings"),
        (torch.zeros(2, dtype=torch.int32), "tensor of dtype int32"),
        (torch.zeros(2, dtype=torch.complex64), "tensor of dtype complex64"),
        (torch.zeros(2).to_sparse(), "tensor of layout torch.sparse_coo on cpu"),
        (torch.zeros(2, device="meta"), "tensor of layout torch.strided on meta"),
        (2**64, "an integer of more than 64 bits"),
    ],
)
def test_the_rest_is_named(value: Any, name: str) -> None:
    found = as_data(value)
    assert isinstance(found, Opaque)
    assert found.type_name.removeprefix(f"{__name__}.") == name
    assert str(found) == f"<{found.type_name}>"


def test_what_is_no_plain_data_equals_nothing() -> None:
    one = Opaque("set")
    assert one != Opaque("set")
    assert not one == one  # noqa: SIM201
    assert len({one, one}) <= 2


def test_tensors_are_copies_without_a_graph() -> None:
    weight = nn.Parameter(torch.ones(2, 3))
    found = as_data({"w": weight.t()})["w"]
    assert type(found) is torch.Tensor
    assert (found.shape, found.requires_grad, found.is_contiguous()) == ((3, 2), False, True)
    with torch.no_grad():
        weight.zero_()
    assert found.tolist() == [[1.0, 1.0]] * 3


def test_without_copies_a_tensor_is_the_same_memory_without_a_graph() -> None:
    weight = nn.Parameter(torch.ones(2, 3))
    found = as_data({"w": [weight, weight.t()]}, copies=False)["w"]
    assert [type(one) for one in found] == [torch.Tensor] * 2
    assert [one.requires_grad for one in found] == [False, False]
    assert [one.is_contiguous() for one in found] == [True, True]
    assert found[0].data_ptr() == weight.data_ptr()
    assert found[1].data_ptr() != weight.data_ptr()


def test_a_tensor_cannot_lie() -> None:
    found = as_data(torch.zeros(2).as_subclass(LyingTensor))
    assert type(found) is torch.Tensor
    assert (found == 1).tolist() == [False, False]


def test_lists_are_copies_too() -> None:
    losses = [1.0]
    found = as_data(losses)
    losses.append(2.0)
    assert found == [1.0]


def test_numbers_that_are_none_stay() -> None:
    found = as_data([math.nan, math.inf, -math.inf])
    assert math.isnan(found[0])
    assert found[1:] == [math.inf, -math.inf]


def test_depth_has_a_limit() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert as_data(deep) == deep
    for _ in range(MAX_DEPTH):
        found = as_data([deep])
        while isinstance(found, list):
            (found,) = found
    assert found.type_name == "list nested more than 16 deep"
    endless: list[Any] = []
    endless.append(endless)
    assert as_data(endless)


@pytest.mark.parametrize(
    ("value", "name"), [(1, "int"), (None, "NoneType"), (np.zeros(1), "numpy.ndarray")]
)
def test_types_are_named_as_a_student_writes_them(value: Any, name: str) -> None:
    assert type_name(value) == name
