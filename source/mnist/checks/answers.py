"""Takes apart what came back from a probe, which in grading may be anything at all."""

from __future__ import annotations

from typing import Any

from torch import Tensor


def fields(expect: Any, found: Any, *names: str) -> list[Any]:
    """What a dict holds under `names`."""
    fits = isinstance(found, dict) and all(name in found for name in names)
    expect.that(fits, f"a dict with {', '.join(names)}", found)
    return [found[name] for name in names]


def listed(expect: Any, found: Any, size: int | None, what: str) -> list[Any]:
    """A list of as many entries as `size` says, or of any number."""
    fits = isinstance(found, list) and size in (None, len(found))
    expect.that(fits, f"{'a list of' if size is None else size} {what}", found)
    return found


def places(expect: Any, found: Any, numbers: Tensor, what: str) -> list[int]:
    """Where in `numbers` (N,) int64 those that came stand; all of them have to be there."""
    place = {number: index for index, number in enumerate(numbers.tolist())}
    others = [
        number
        for number in listed(expect, found, None, "numbers of samples")
        if type(number) is not int or number not in place
    ]
    expect.that(not others, f"samples of {what}", f"others: {others[:5]}")
    return [place[number] for number in found]


def plain(value: Any) -> Any:
    """A number, also where it came as a tensor: its type is the business of other checks."""
    return value.item() if isinstance(value, Tensor) and value.numel() == 1 else value
