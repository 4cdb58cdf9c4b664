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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..selfcheck.plain import MAX_DEPTH, Opaque
from .blob import WireError, blob_of, clean, from_json, tensors_in

if TYPE_CHECKING:
    import torch

MAGIC = b"AGK1"
HEADER = struct.Struct("<4sIQ")
MAX_ITEMS = 300_000
MAX_OPAQUES = 10_000
MAX_TYPE_NAME = 200
_CHUNK = 1 << 20


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


def pieces(value: Any) -> list[bytes | memoryview]:
    """The same frame in pieces, as tensors can be large."""
    tensors: dict[str, torch.Tensor] = {}
    text = json.dumps(_pack(value, tensors), separators=(",", ":")).encode()
    blob = blob_of(tensors)
    return [HEADER.pack(MAGIC, len(text), sum(map(len, blob))) + text, *blob]


def decode(text: bytes, blob: bytes | bytearray) -> Any:
    """The value of a frame's two parts; WireError where they break a rule.

    Its tensors are views of `blob` where that can be written to.
    """
    # Made into lists first, millions of brackets would take seconds and much memory.
    if text.count(b"[") + text.count(b"{") > 2 * MAX_ITEMS:
        raise WireError(f"the data has more than {MAX_ITEMS:,} items")
    packed = from_json(text, "the data")
    return _Unpacker(tensors_in(blob)).unpack(packed, 0)


def write_frame(fd: int, *frame: bytes | memoryview, deadline: float | None = None) -> None:
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
            return clean(packed)
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
            return {clean(key): self.unpack(item, depth + 1) for key, item in content.items()}
        if kind == "o" and isinstance(content, str):
            self.opaques += 1
            if self.opaques > MAX_OPAQUES:
                raise WireError(f"the data has more than {MAX_OPAQUES:,} items that are not plain")
            return Opaque(clean(content)[:MAX_TYPE_NAME])
        # Each only once: a list of a million times the same one is no small list.
        if kind == "t" and type(content) is int and str(content) in self.tensors:
            return self.tensors.pop(str(content))
        raise WireError("the data has an unknown form")
