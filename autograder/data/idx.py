"""Reads and writes IDX, the format of MNIST's files, and tells a person what is wrong with one.

An IDX file of bytes is: two zero bytes, 8 (the type "unsigned byte"), the number of dimensions,
each dimension as a big-endian 32-bit number, then the bytes. A name that ends in .gz means gzip.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..atomic import write_bytes
from .images import DataUnavailable

_BYTES = 8
_FIX = "get the file again"


def read(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The file's array, uint8 of this very shape; DataUnavailable where it holds anything else."""
    header = struct.pack(f">HBB{len(shape)}I", 0, _BYTES, len(shape), *shape)
    size = math.prod(shape)
    # One byte more than wanted, so that a file that is too long shows and is not read to its end.
    content = _content(path, len(header) + size + 1)
    if content[:3] != header[:3] or len(content) < 4:
        raise _wrong(path, "an IDX file of bytes", _start_of(content))
    found_header = content[: 4 + 4 * content[3]]
    if found_header != header:
        raise _wrong(path, f"an array of {_shown(shape)}", _shape_of(found_header, content[3]))
    found = len(content) - len(header)
    if found != size:
        amount = "more" if found > size else f"{found:,}"
        raise _wrong(path, f"{size:,} bytes of data", f"{amount}, so the file is damaged")
    return np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape).copy()


def write(path: Path, array: NDArray[np.uint8]) -> None:
    """Writes the array whole or not at all; the same array always gives the same bytes."""
    header = struct.pack(f">HBB{array.ndim}I", 0, _BYTES, array.ndim, *array.shape)
    content = header + array.tobytes()
    write_bytes(path, gzip.compress(content, mtime=0) if _is_gzip(path) else content)


def _is_gzip(path: Path) -> bool:
    return path.suffix == ".gz"


def _content(path: Path, most: int) -> bytes:
    try:
        with gzip.open(path, "rb") if _is_gzip(path) else path.open("rb") as file:
            return file.read(most)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _wrong(path, "a whole gzip file", f"a damaged one ({error})") from None
    except OSError as error:
        raise _wrong(path, "a file that can be read", str(error.strerror)) from None


def _start_of(content: bytes) -> str:
    return f"one that starts with the bytes {content[:4].hex(' ')}" if content else "an empty file"


def _shape_of(header: bytes, dimensions: int) -> str:
    if len(header) != 4 + 4 * dimensions:
        return "a file that ends in its header"
    return f"one of {_shown(struct.unpack(f'>{dimensions}I', header[4:]))}"


def _shown(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "no dimensions"


def _wrong(path: Path, expected: str, found: str) -> DataUnavailable:
    return DataUnavailable(f"{path}: expected {expected}, found {found}; {_FIX}")
