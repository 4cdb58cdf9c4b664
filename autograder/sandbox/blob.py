"""Tensors as one blob in the format of safetensors: written as they lie, read without belief.

It begins with the length of its header as eight bytes, and the header is JSON:
`{"0": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}`
(https://github.com/huggingface/safetensors, "Format"). The library's own way to write it copies
all bytes, 47 MB of images among them, and looks up each small tensor's memory by a detour.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

MAX_TENSORS = 20_000
MAX_DIMENSIONS = 16
_DTYPES = {
    "BOOL": ("bool", 1),
    "U8": ("uint8", 1),
    "I64": ("int64", 8),
    "F32": ("float32", 4),
    "F64": ("float64", 8),
}
_CODES = {f"torch.{name}": code for code, (name, _) in _DTYPES.items()}
_ENTRY_BYTES = 400
_FEW_ELEMENTS = 1 << 20
_LARGE_BYTES = 1 << 20


class WireError(Exception):
    """The bytes aren't a frame within the limits; the message says what is wrong with them."""


def blob_of(tensors: Mapping[str, torch.Tensor]) -> list[bytes | memoryview]:
    """The blob, in pieces, none of which is empty; no pieces where there are no tensors.

    A large tensor's piece is the memory that it lies in, so write it before that changes.
    """
    if not tensors:
        return []
    entries, contents, place = {}, [], 0
    # The widest first, so that most begin where a reader need not move them.
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        content = _bytes_of(tensor)
        entries[name] = {
            "dtype": _CODES[str(tensor.dtype)],
            "shape": list(tensor.shape),
            "data_offsets": [place, place + len(content)],
        }
        contents.append(content)
        place += len(content)
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return list(_few([len(header).to_bytes(8, "little"), header, *contents]))


def _bytes_of(tensor: torch.Tensor) -> bytes | memoryview:
    if tensor.nbytes < _LARGE_BYTES:
        return tensor.numpy().tobytes()
    return tensor.contiguous().numpy().data.cast("B")


def _few(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """The same bytes in fewer pieces: small ones that follow each other become one."""
    for is_large, group in groupby(pieces, lambda piece: len(piece) >= _LARGE_BYTES):
        alike = list(group)
        yield from alike if is_large else [b"".join(alike)]


def tensors_in(blob: bytes | bytearray) -> dict[str, torch.Tensor]:
    """The tensors of a blob that a worker may have written: no number in it is believed.

    They are views of `blob` where that can be written to. Raises WireError.
    """
    if not blob:
        return {}
    data = 8 + int.from_bytes(blob[:8], "little")
    if data > min(len(blob), 8 + MAX_TENSORS * _ENTRY_BYTES):
        raise WireError("the tensors can't be read: their header is too long")
    found: dict[str, torch.Tensor] = {}
    view = memoryview(blob if isinstance(blob, bytearray) else bytearray(blob))
    place = data
    most_elements = max(len(blob), _FEW_ELEMENTS)
    for begin, end, name, code, shape in sorted(_entries(blob[8:data], most_elements)):
        if data + begin != place or data + end > len(blob):
            raise WireError("the tensors can't be read: they overlap or leave a gap")
        is_aligned, place = place % 8 == 0, data + end
        found[name] = _tensor(view[data + begin : place], code, shape, is_aligned)
    if place != len(blob):
        raise WireError("the tensors can't be read: there is more than they say")
    return found


def _entries(
    header: bytes | bytearray, most_elements: int
) -> Iterator[tuple[int, int, str, str, tuple[int, ...]]]:
    """Begin, end, name, dtype and shape of each tensor."""
    if header.count(b"{") > MAX_TENSORS + 1:
        raise WireError(f"the data has more than {MAX_TENSORS:,} tensors")
    if header.count(b",") > MAX_TENSORS * (MAX_DIMENSIONS + 4) or header.count(b"[") > (
        2 * MAX_TENSORS
    ):
        raise WireError(f"a tensor has more than {MAX_DIMENSIONS} dimensions")
    listed = from_json(header, "the tensors can't be read: their header")
    if not isinstance(listed, dict):
        raise WireError("the tensors can't be read: their header has an unknown form")
    for name, entry in listed.items():
        match entry:
            case {"dtype": str(code), "shape": list(sizes), "data_offsets": [int(begin), int(end)]}:
                yield begin, end, name, code, _shape(code, sizes, end - begin, most_elements)
            case _:
                raise WireError("the tensors can't be read: their header has an unknown form")


def _shape(code: str, sizes: list[Any], length: int, most_elements: int) -> tuple[int, ...]:
    if code not in _DTYPES:
        raise WireError(f"a tensor has a dtype that no probe returns ({clean(code)[:20]})")
    if len(sizes) > MAX_DIMENSIONS:
        raise WireError(f"a tensor has more than {MAX_DIMENSIONS} dimensions")
    elements, or_ones = 1, 1
    for size in sizes:
        if type(size) is not int or size < 0:
            raise WireError("the tensors can't be read: a size is no whole number")
        elements *= size
        # What is made from one of no elements has as many as its other sizes say.
        or_ones *= max(size, 1)
        if or_ones > most_elements:
            raise WireError("the tensors can't be read: one is larger than its data")
    if length != elements * _DTYPES[code][1]:
        raise WireError("the tensors can't be read: one is larger than its data")
    return tuple(sizes)


def _tensor(data: memoryview, code: str, shape: tuple[int, ...], is_aligned: bool) -> torch.Tensor:
    import torch

    dtype = getattr(torch, _DTYPES[code][0])
    if not data:
        return torch.empty(shape, dtype=dtype)
    if dtype == torch.bool:
        # Other bytes than 0 and 1 would be neither true nor false.
        return torch.frombuffer(data, dtype=torch.uint8).reshape(shape) != 0
    source = data if is_aligned else bytearray(data)
    return torch.frombuffer(source, dtype=dtype).reshape(shape)


def from_json(text: bytes | bytearray, what: str) -> Any:
    """What the JSON says; WireError, which names it as `what`, where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError(f"{what} is not JSON ({type(error).__name__})") from None


def clean(text: str) -> str:
    """`text` with lone surrogates replaced, so that it can be written to a file."""
    return text.encode("utf-8", "replace").decode()
