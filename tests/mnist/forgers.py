"""Workers that answer a probe without doing the work, each in a way of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import torch
from torch import Tensor

from autograder.selfcheck.plain import Opaque


@dataclass(frozen=True)
class Call:
    """A probe's call with what a forger may know of the answer.

    `honest` is the right answer; a forger uses the structure of it, its shapes, dtypes, whole
    numbers and texts, but no other number. `other` is the right answer to the same call on other
    challenge data, and `first` the one to the first call of this probe in this check.
    """

    arguments: Mapping[str, Any]
    honest: Any
    other: Any
    first: Any


Forger = Callable[[Call], Any]
CONSTANTS: tuple[Any, ...] = (
    None, True, 0, 1, -1.5, float("nan"), float("inf"), 2**62, "text", [], [None], [[], [], []],
    [[[]], [[]], [[]]], [1.0, 1.0], {}, {"train": [], "val": []}, {"returned": None, "history": {}},
    {"scores": [], "shapes": [[]], "again": None, "gradients": []}, torch.zeros(0),
    torch.zeros(3, 3), torch.tensor(True), torch.full((3, 16), float("nan")), Opaque("object"),
    [Opaque("object")] * 12,
)  # fmt: skip


def remade(value: Any, tensor: Callable[[Tensor], Any], number: Callable[[Any], Any]) -> Any:
    """`value` with other tensors and numbers in the same lists and dicts."""
    if isinstance(value, dict):
        return {key: remade(inner, tensor, number) for key, inner in value.items()}
    if isinstance(value, list):
        return [remade(inner, tensor, number) for inner in value]
    if isinstance(value, Tensor):
        return tensor(value)
    return number(value) if type(value) in (int, float) else value


def constant(of_floats: float, of_ints: int) -> Callable[[Tensor], Tensor]:
    return lambda tensor: torch.full_like(
        tensor, of_floats if tensor.is_floating_point() else of_ints
    )


def rising(tensor: Tensor) -> Tensor:
    return torch.arange(tensor.numel()).view(tensor.shape).to(tensor.dtype)


def at_random(tensor: Tensor) -> Tensor:
    """Random numbers; whole ones in the range of the right ones."""
    chance = torch.Generator().manual_seed(tensor.numel())
    if tensor.is_floating_point():
        return torch.randn(tensor.shape, generator=chance).to(tensor.dtype)
    if tensor.numel() == 0:
        return tensor
    low, high = int(tensor.min()), int(tensor.max()) + 1
    return torch.randint(low, high, tensor.shape, generator=chance).to(tensor.dtype)


FILLINGS: dict[str, tuple[Callable[[Tensor], Any], float]] = {
    "zeros": (constant(0.0, 0), 0.0),
    "ones": (constant(1.0, 1), 1.0),
    "halves": (constant(0.5, 2), 0.5),
    "rising numbers": (rising, 3.0),
    "random numbers": (at_random, 0.37),
    "nan": (constant(float("nan"), -1), float("nan")),
    "infinity": (constant(float("inf"), 2**62), float("inf")),
    "huge numbers": (constant(1e38, 2**40), 1e300),
    "tiny numbers": (constant(1e-30, 0), 1e-30),
    "empty tensors": (lambda tensor: tensor[:0] if tensor.dim() else tensor * 0, 0.0),
    "one row": (lambda tensor: tensor[:1] * 0 if tensor.dim() else tensor * 0, 0.0),
    "objects": (lambda tensor: Opaque("torch.nn.Module"), 0.0),
}


def filled(tensor: Callable[[Tensor], Any], of_floats: float, whole: bool) -> Forger:
    """Nothing but the structure is right, and the whole numbers where `whole`."""

    def forge(call: Call) -> Any:
        counter = count()

        def number(value: float) -> float:
            if isinstance(value, float):
                return of_floats
            return value if whole else next(counter)

        return remade(call.honest, tensor, number)

    return forge


def emptied(call: Call) -> Any:
    """All lists empty, dicts with their keys."""
    if isinstance(call.honest, dict):
        return {key: [] for key in call.honest}
    return [[] for _ in call.honest] if isinstance(call.honest, list) else []


def replayed(call: Call) -> Any:
    return call.other


def leaves(value: Any) -> Iterator[Any]:
    """The tensors and numbers in `value`, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, Tensor) or type(value) in (int, float):
        yield value


def fitted(tensor: Tensor, shape: torch.Size) -> Tensor:
    """The numbers of `tensor` over and over in another shape."""
    if tensor.shape == shape or tensor.numel() == 0:
        return tensor
    size = int(torch.tensor(shape).prod()) if shape else 1
    return tensor.flatten().repeat(size // tensor.numel() + 1)[:size].reshape(shape)


def replayed_into_shape(call: Call) -> Any:
    """Tensors and floats of other data, shapes and whole numbers of these."""
    tensors = [leaf for leaf in leaves(call.other) if isinstance(leaf, Tensor)]
    floats = [leaf for leaf in leaves(call.other) if type(leaf) is float]
    turn, next_float = count(), count()

    def tensor(wanted: Tensor) -> Tensor:
        found = tensors[next(turn) % len(tensors)] if tensors else torch.zeros(wanted.shape)
        return fitted(found, wanted.shape).to(wanted.dtype)

    def number(wanted: float) -> float:
        return wanted if type(wanted) is int else floats[next(next_float) % len(floats)]

    return remade(call.honest, tensor, number)


def replayed_numbers(tensor: Callable[[Tensor], Any]) -> Forger:
    """The numbers of other data, and tensors that are made up."""
    return lambda call: remade(call.other, tensor, lambda value: value)


def replayed_tensors(call: Call) -> Any:
    """The tensors of other data, and numbers that are made up."""
    return remade(call.other, lambda tensor: tensor, lambda value: value if value == 0 else 1.0)


def first_again(call: Call) -> Any:
    return call.first


def echoed(call: Call) -> Any:
    """Tensors are arguments, or their rows; floats are arguments."""
    tensors = [leaf for leaf in leaves(call.arguments) if isinstance(leaf, Tensor)]
    floats = [leaf for leaf in leaves(call.arguments) if type(leaf) is float]

    def tensor(wanted: Tensor) -> Tensor:
        for given in tensors:
            if given.shape == wanted.shape or given.numel() == wanted.numel():
                return given.reshape(wanted.shape).to(wanted.dtype)
        for given in tensors:
            rows = given.flatten(1) if given.dim() > 1 else given[:, None]
            if wanted.dim() == 2 and len(rows) == len(wanted) and rows.shape[1] >= wanted.shape[1]:
                return rows[:, : wanted.shape[1]].to(wanted.dtype)
        return tensors[0]

    def number(wanted: float) -> float:
        return wanted if type(wanted) is int else (floats or [0.5])[0]

    return _echoed_rows(call, tensors) or remade(call.honest, tensor, number)


def _echoed_rows(call: Call, tensors: list[Tensor]) -> Any:
    """A list of tensors from the rows of an argument, one for each."""
    wanted = call.honest
    if not isinstance(wanted, list) or not all(isinstance(one, Tensor) for one in wanted):
        return None
    for given in tensors:
        if len(given) == len(wanted) and given[0].numel() == wanted[0].numel():
            return [
                row.reshape(one.shape).to(one.dtype) for row, one in zip(given, wanted, strict=True)
            ]
    return None


FORGERS: dict[str, Forger] = {
    **{
        f"always {value!r}"[:60]: (lambda call, value=value: value)  # type: ignore[misc]
        for value in CONSTANTS
    },
    **{
        f"{name}, whole numbers {'right' if whole else 'rising'}": filled(tensor, number, whole)
        for name, (tensor, number) in FILLINGS.items()
        for whole in (True, False)
    },
    "emptied": emptied,
    "replayed": replayed,
    "replayed into shape": replayed_into_shape,
    "replayed numbers, zeros": replayed_numbers(constant(0.0, 0)),
    "replayed numbers, ones": replayed_numbers(constant(1.0, 1)),
    "replayed numbers, random tensors": replayed_numbers(at_random),
    "replayed tensors": replayed_tensors,
    "first answer again": first_again,
    "echoed": echoed,
}
