from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from autograder.data import DataUnavailable, idx

ARRAYS = arrays(np.uint8, array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=12))
HEADER = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3])  # two rows of three


@given(array=ARRAYS, suffix=st.sampled_from(["", ".gz"]))
def test_what_was_written_is_read(array: NDArray[np.uint8], suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"file{suffix}")
        idx.write(path, array)
        found = idx.read(path, array.shape)
    assert found.dtype == np.uint8
    assert found.shape == array.shape
    assert np.array_equal(found, array)
    assert found.flags.writeable


def test_the_format_is_the_published_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    idx.write(path, np.arange(6, dtype=np.uint8).reshape(2, 3))
    assert path.read_bytes() == HEADER + bytes(range(6))


def test_a_gzipped_file_is_the_same_each_time(tmp_path: Path) -> None:
    array = np.arange(100, dtype=np.uint8)
    idx.write(tmp_path / "a.gz", array)
    idx.write(tmp_path / "b.gz", array)
    content = (tmp_path / "a.gz").read_bytes()
    assert content == (tmp_path / "b.gz").read_bytes()
    assert content[4:8] == bytes(4), "no time of writing"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "expected an IDX file of bytes, found an empty file"),
        (
            b"\0\0\x08",
            "expected an IDX file of bytes, found one that starts with the bytes 00 00 08",
        ),
        (
            b"\x80\x04\x95pickle",
            "expected an IDX file of bytes, found one that starts with the bytes 80 04 95 70",
        ),
        (
            b"\0\0\x0d" + HEADER[3:] + bytes(24),
            "expected an IDX file of bytes, found one that starts with the bytes 00 00 0d 02",
        ),
        (HEADER[:9], "expected an array of 2×3, found a file that ends in its header"),
        (
            bytes([0, 0, 8, 1, 0, 0, 0, 6]) + bytes(6),
            "expected an array of 2×3, found one of 6",
        ),
        (bytes([0, 0, 8, 0]) + bytes(6), "expected an array of 2×3, found one of no dimensions"),
        (
            HEADER[:-1] + b"\x04" + bytes(8),
            "expected an array of 2×3, found one of 2×4",
        ),
        (HEADER + bytes(5), "expected 6 bytes of data, found 5, so the file is damaged"),
        (HEADER + bytes(7), "expected 6 bytes of data, found more, so the file is damaged"),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, content: bytes, text: str, suffix: str
) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(gzip.compress(content, mtime=0) if suffix else content)
    with pytest.raises(DataUnavailable) as caught:
        idx.read(path, (2, 3))
    assert str(caught.value) == f"{path}: {text}; get the file again"


@pytest.mark.parametrize(
    "content", [b"plain text", gzip.compress(bytes(9999), mtime=0)[:-12], b"\x1f\x8b"]
)
def test_damaged_gzip_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(content)
    with pytest.raises(DataUnavailable, match="expected a whole gzip file, found a damaged one"):
        idx.read(path, (9999,))


@given(place=st.integers(10, 400), flip=st.integers(1, 255))
def test_a_flipped_byte_of_a_gzipped_file_is_never_a_crash(place: int, flip: int) -> None:
    array = np.random.default_rng(0).integers(0, 255, 400, dtype=np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file.gz")
        idx.write(path, array)
        content = bytearray(path.read_bytes())
        content[place] ^= flip
        path.write_bytes(content)
        found, said = array, str(path)
        try:
            found = idx.read(path, array.shape)
        except DataUnavailable as error:
            said = str(error)
        # Some bits of a gzipped file mean nothing: without them the array is the same.
        assert np.array_equal(found, array)
        assert str(path) in said


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(
        DataUnavailable, match=r"missing: expected a file that can be read, found No"
    ):
        idx.read(tmp_path / "missing", (2, 3))
