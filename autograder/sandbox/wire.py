"""The bytes between the trusted side and a worker: JSON plus raw tensor bytes, never pickle.

A frame is a fixed header (magic, length of the JSON, length of the tensors), the JSON, and one
safetensors blob. In the JSON a list is `["l", [...]]`, a dict `["d", {...}]`, a tensor `["t", n]`
and a value that isn't plain data `["o", type name]`; everything else stands for itself.
"""

from __future__ import annotations

import json
import math
import os
import select
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..selfcheck.plain import MAX_DEPTH, Opaque

if TYPE_CHECKING:
    import torch

MAGIC = b"AGK1"
HEADER = struct.Struct("<4sIQ")
MAX_ITEMS = 300_000
MAX_TENSORS = 20_000
MAX_OPAQUES = 10_000
MAX_DIMENSIONS = 16
MAX_TYPE_NAME = 200
_CHUNK = 1 << 20
_DTYPES = {
    "BOOL": ("bool", 1),
    "U8": ("uint8", 1),
    "I64": ("int64", 8),
    "F32": ("float32", 4),
    "F64": ("float64", 8),
}
_ENTRY_BYTES = 400
_FEW_ELEMENTS = 1 << 20


class WireError(Exception):
    """The bytes aren't a frame within the limits; the message says what is wrong with them."""


class OutOfTime(Exception):
    """The deadline passed before the whole frame was there."""


class Closed(Exception):
    """The other side closed its end, between two frames or within one."""


@dataclass(frozen=True)
class FrameLimits:
    """What the reading side accepts, in bytes of JSON and bytes of tensors."""

    json_bytes: int = 4 << 20
    tensor_bytes: int = 64 << 20


def encode(value: Any) -> bytes:
    """`value`, plain data as `as_data` gives it, as a frame."""
    return b"".join(pieces(value))


def pieces(value: Any) -> tuple[bytes, bytes]:
    """The same frame in two pieces, as tensors can be large: up to them, and they."""
    tensors: dict[str, torch.Tensor] = {}
    text = json.dumps(_pack(value, tensors), separators=(",", ":")).encode()
    blob = b""
    if tensors:
        from safetensors.torch import save

        blob = save(dict(_apart(tensors)))
    return HEADER.pack(MAGIC, len(text), len(blob)) + text, blob


def decode(text: bytes, blob: bytes | bytearray) -> Any:
    """The value of a frame's two parts; WireError where they break a rule.

    Its tensors are views of `blob` where that can be written to.
    """
    # Made into lists first, millions of brackets would take seconds and much memory.
    if text.count(b"[") + text.count(b"{") > 2 * MAX_ITEMS:
        raise WireError(f"the data has more than {MAX_ITEMS:,} items")
    packed = _json(text, "the data")
    return _Unpacker(_tensors(blob)).unpack(packed, 0)


def write_frame(fd: int, *frame: bytes, deadline: float | None = None) -> None:
    """Write all pieces of a frame to the non-blocking `fd`; OutOfTime or Closed where it fails."""
    for piece in frame:
        view = memoryview(piece)
        while view:
            _wait(fd, deadline, writing=True)
            try:
                written = os.write(fd, view[:_CHUNK])
            except BlockingIOError:
                continue
            except OSError:
                raise Closed from None
            view = view[written:]


def read_frame(fd: int, limits: FrameLimits, deadline: float | None = None) -> Any:
    """The next value from `fd`; WireError, OutOfTime or Closed where there is none."""
    header = _read(fd, HEADER.size, deadline)
    magic, text_length, blob_length = HEADER.unpack(header)
    if magic != MAGIC:
        raise WireError("the bytes do not begin a frame")
    if text_length > limits.json_bytes or blob_length > limits.tensor_bytes:
        size = (text_length + blob_length) / (1 << 20)
        raise WireError(f"the data is too large ({size:,.0f} MiB)")
    text = bytes(_read(fd, text_length, deadline))
    return decode(text, _read(fd, blob_length, deadline))


def _wait(fd: int, deadline: float | None, writing: bool) -> None:
    seconds = None if deadline is None else deadline - time.monotonic()
    if seconds is not None and seconds <= 0:
        raise OutOfTime
    # Not select, which knows no descriptor above 1023.
    poll = select.poll()
    poll.register(fd, select.POLLOUT if writing else select.POLLIN)
    if not poll.poll(None if seconds is None else math.ceil(seconds * 1000)):
        raise OutOfTime


def _read(fd: int, length: int, deadline: float | None) -> bytearray:
    received = bytearray(length)
    view = memoryview(received)
    while view:
        _wait(fd, deadline, writing=False)
        try:
            count = os.readv(fd, [view[:_CHUNK]])
        except BlockingIOError:
            continue
        except OSError:
            raise Closed from None
        if not count:
            raise Closed
        view = view[count:]
    return received


def _pack(value: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return ["l", [_pack(item, tensors) for item in value]]
    if isinstance(value, dict):
        return ["d", {key: _pack(item, tensors) for key, item in value.items()}]
    if isinstance(value, Opaque):
        return ["o", value.type_name[:MAX_TYPE_NAME]]
    index = len(tensors)
    tensors[str(index)] = value
    return ["t", index]


def _apart(tensors: dict[str, torch.Tensor]) -> Iterator[tuple[str, torch.Tensor]]:
    """Each in a row and in memory of its own, copied where it isn't yet."""
    taken = set()
    for name, tensor in tensors.items():
        place = tensor.untyped_storage().data_ptr()
        is_own = tensor.is_contiguous() and place not in taken
        taken.add(place)
        yield name, tensor if is_own else tensor.contiguous().clone()


def _tensors(blob: bytes | bytearray) -> dict[str, torch.Tensor]:
    """The tensors of a blob that a worker may have written: no number in it is believed.

    It begins with the length of its header as eight bytes, and the header is JSON:
    `{"0": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}`
    (https://github.com/huggingface/safetensors, "Format").
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
    listed = _json(header, "the tensors can't be read: their header")
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
        raise WireError(f"a tensor has a dtype that no probe returns ({_clean(code)[:20]})")
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


def _json(text: bytes | bytearray, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError(f"{what} is not JSON ({type(error).__name__})") from None


class _Unpacker:
    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        self.tensors = tensors
        self.items = 0
        self.opaques = 0

    def unpack(self, packed: Any, depth: int) -> Any:
        self.items += 1
        if self.items > MAX_ITEMS:
            raise WireError(f"the data has more than {MAX_ITEMS:,} items")
        if packed is None or isinstance(packed, (bool, float)):
            return packed
        if isinstance(packed, str):
            return _clean(packed)
        if isinstance(packed, int):
            if packed.bit_length() < 64:
                return packed
            raise WireError("an integer has more than 64 bits")
        if isinstance(packed, list) and len(packed) == 2:
            return self._container(packed[0], packed[1], depth)
        raise WireError("the data has an unknown form")

    def _container(self, kind: Any, content: Any, depth: int) -> Any:
        if kind in ("l", "d") and depth > MAX_DEPTH:
            raise WireError(f"the data is nested more than {MAX_DEPTH} deep")
        if kind == "l" and isinstance(content, list):
            return [self.unpack(item, depth + 1) for item in content]
        if kind == "d" and isinstance(content, dict):
            return {_clean(key): self.unpack(item, depth + 1) for key, item in content.items()}
        if kind == "o" and isinstance(content, str):
            self.opaques += 1
            if self.opaques > MAX_OPAQUES:
                raise WireError(f"the data has more than {MAX_OPAQUES:,} items that are not plain")
            return Opaque(_clean(content)[:MAX_TYPE_NAME])
        # Each only once: a list of a million times the same one is no small list.
        if kind == "t" and type(content) is int and str(content) in self.tensors:
            return self.tensors.pop(str(content))
        raise WireError("the data has an unknown form")


def _clean(text: str) -> str:
    """`text` with lone surrogates replaced, so that it can be written to a file."""
    return text.encode("utf-8", "replace").decode()
