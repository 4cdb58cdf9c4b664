"""The words a check is written in: what was expected, what was found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .plain import Opaque, type_name

if TYPE_CHECKING:
    import torch

SHOWN_ITEMS = 8


class CheckFailed(AssertionError):
    """A check's expectation that did not hold; renderers only format it."""

    def __init__(self, expected: str, found: str, what: str = "") -> None:
        self.expected, self.found, self.what = expected, found, what
        subject = f"{what}: " if what else ""
        super().__init__(f"{subject}expected {expected}, found {found}")


class Expect:
    """The `expect` fixture. Every method raises `CheckFailed` where the expectation fails."""

    def that(self, condition: bool, expected: str, found: object = "something else") -> None:
        """`condition` holds."""
        if not condition:
            raise CheckFailed(expected, found if isinstance(found, str) else show(found))

    def equal(self, found: Any, expected: Any, what: str = "") -> None:
        """The same value and the same type, all the way down; tensors also in shape and dtype."""
        if not _same(found, expected):
            raise CheckFailed(show(expected), _found(found, expected), what)

    def close(
        self, found: Any, expected: Any, what: str = "", rtol: float = 1e-4, atol: float = 1e-6
    ) -> None:
        """Numbers, or tensors of one shape, within `atol + rtol * |expected|`; NaN never is."""
        import torch

        if isinstance(expected, torch.Tensor):
            tensor = self.tensor(found, shape=tuple(expected.shape), what=what, finite=False)
            found64, expected64 = tensor.double(), expected.double()
            if not torch.allclose(found64, expected64, rtol=rtol, atol=atol):
                difference = (found64 - expected64).abs().max().item()
                words = f"differs by up to {difference:.3g}"
                if not torch.isfinite(found64).all():
                    words = "with values that are not finite"
                raise CheckFailed(show(expected), f"{show(tensor)} ({words})", what)
            return
        if type(found) not in (int, float):
            raise CheckFailed(f"the number {show(expected)}", _found(found, expected), what)
        near = math.isfinite(expected) and abs(found - expected) <= atol + rtol * abs(expected)
        if not near and found != expected:
            raise CheckFailed(show(expected), show(found), what)

    def number(self, found: Any, what: str = "") -> float:
        """A Python float that is finite; returns it."""
        if type(found) is not float or not math.isfinite(found):
            raise CheckFailed("a Python float", described(found), what)
        return found

    def tensor(
        self,
        found: Any,
        shape: tuple[int, ...] | None = None,
        dtype: torch.dtype | None = None,
        what: str = "",
        finite: bool = True,
    ) -> torch.Tensor:
        """A tensor of this shape and dtype without NaN or infinity; returns it."""
        import torch

        wanted = _tensor_words(shape, dtype)
        if not isinstance(found, torch.Tensor):
            raise CheckFailed(wanted, described(found), what)
        if shape is not None and tuple(found.shape) != tuple(shape):
            raise CheckFailed(wanted, f"shape {tuple(found.shape)}", what)
        if dtype is not None and found.dtype != dtype:
            raise CheckFailed(wanted, f"dtype {_dtype_name(found.dtype)}", what)
        if finite and not bool(torch.isfinite(found).all()):
            raise CheckFailed("finite values", show(found), what)
        return found


def show(value: Any) -> str:
    """A short rendering of plain data for one line of text."""
    if isinstance(value, (list, tuple)):
        shown = ", ".join(show(item) for item in value[:SHOWN_ITEMS])
        more = f", … {len(value)} in all" if len(value) > SHOWN_ITEMS else ""
        opening, closing = "[]" if isinstance(value, list) else "()"
        return f"{opening}{shown}{more}{closing}"
    if isinstance(value, float):
        return f"{value:.6g}" if not value.is_integer() or abs(value) >= 1e6 else f"{value:.1f}"
    if type_name(value) == "torch.Tensor":
        return _show_tensor(value)
    text = repr(value)
    return text if len(text) <= 200 else text[:197] + "…"


def _show_tensor(tensor: torch.Tensor) -> str:
    if tensor.dim() == 0:
        return f"a tensor {show(tensor.item())}"
    flat = tensor.flatten()[: SHOWN_ITEMS - 3].tolist()
    more = ", …" if tensor.numel() > len(flat) else ""
    values = ", ".join(show(item) for item in flat)
    return f"a tensor of shape {tuple(tensor.shape)}: [{values}{more}]"


def described(value: Any) -> str:
    """What `value` is, in words, also where it is nothing that was asked for."""
    if isinstance(value, Opaque):
        return value.type_name if " " in value.type_name else f"an object of type {value.type_name}"
    if value is None:
        return "None"
    if type_name(value) == "torch.Tensor":
        return show(value)
    return f"{show(value)} (type {type_name(value)})"


def _found(found: Any, expected: Any) -> str:
    return show(found) if type(found) is type(expected) else described(found)


def _same(found: Any, expected: Any) -> bool:
    if type(found) is not type(expected):
        return False
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(_same, found, expected))
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(
            _same(found[key], expected[key]) for key in expected
        )
    if type_name(expected) == "torch.Tensor":
        return bool(
            found.shape == expected.shape
            and found.dtype == expected.dtype
            and (found == expected).all()
        )
    return bool(found == expected)


def _tensor_words(shape: tuple[int, ...] | None, dtype: torch.dtype | None) -> str:
    words = "a tensor"
    if dtype is not None:
        words = f"a {_dtype_name(dtype)} tensor"
    return words if shape is None else f"{words} of shape {tuple(shape)}"


def _dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
