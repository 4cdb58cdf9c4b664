"""What a probe may return: plain data, the same whether it crossed a pipe or not."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

TENSOR_DTYPES = ("bool", "uint8", "int64", "float32", "float64")
MAX_DEPTH = 16


@dataclass(frozen=True, eq=False)
class Opaque:
    """Stands for a value that isn't plain data, so that a check can say what came instead.

    It equals nothing, not even another `Opaque`.
    """

    type_name: str

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<{self.type_name}>"


def as_data(value: Any, depth: int = 0, *, copies: bool = True) -> Any:
    """A copy of `value`: tuples as lists, tensors detached on the CPU, `Opaque` for the rest.

    Without `copies` a tensor may share its memory with the one that it stands for.

    Allowed are None, bool, int (64 bits), float, str, list, dict with string keys and tensors of
    the dtypes in `TENSOR_DTYPES`, nested at most `MAX_DEPTH` deep; a named tuple is a list, a
    defaultdict a dict, a NumPy float64 a float.
    """
    if value is None or type(value) in (bool, str):
        return value
    if type(value) is int:
        return value if value.bit_length() < 64 else Opaque("an integer of more than 64 bits")
    if isinstance(value, float):
        return float(value)
    if isinstance(value, (list, tuple, dict)) and depth >= MAX_DEPTH:
        return Opaque(f"{type_name(value)} nested more than {MAX_DEPTH} deep")
    if isinstance(value, (list, tuple)):
        items = list.__iter__(value) if isinstance(value, list) else tuple.__iter__(value)
        return [as_data(item, depth + 1, copies=copies) for item in items]
    if isinstance(value, dict):
        pairs = list(dict.items(value))
        if all(type(key) is str for key, _ in pairs):
            return {key: as_data(item, depth + 1, copies=copies) for key, item in pairs}
        return Opaque("dict with keys that are not strings")
    return _tensor_or_opaque(value, copies)


def type_name(value: object) -> str:
    """The type of `value` as a student would write it."""
    kind = type(value)
    module = kind.__module__
    if module in ("builtins", "__main__"):
        return kind.__qualname__
    return f"{module}.{kind.__qualname__}"


def _tensor_or_opaque(value: Any, copies: bool) -> Any:
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(value, torch.Tensor):
        return Opaque(type_name(value))
    dtype = str(value.dtype).removeprefix("torch.")
    if dtype not in TENSOR_DTYPES:
        return Opaque(f"tensor of dtype {dtype}")
    if value.layout != torch.strided or value.device.type == "meta":
        return Opaque(f"tensor of layout {value.layout} on {value.device}")
    with torch.no_grad():
        plain = torch.Tensor.as_subclass(value.detach(), torch.Tensor)
        plain = plain.cpu().contiguous()
        return plain.clone() if copies else plain
