"""The blob that is written is what the library safetensors reads, and the other way round."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
import safetensors.torch
import torch
from hypothesis import given

from autograder.sandbox.blob import MAX_TENSORS, WireError, blob_of, tensors_in
from autograder.selfcheck.expect import Expect
from autograder.selfcheck.plain import TENSOR_DTYPES

from .test_wire import tensors

MEGABYTE = 1 << 20
by_name = st.dictionaries(st.integers(0, 99).map(str), tensors(), max_size=6)


def whole(given_tensors: dict[str, torch.Tensor]) -> bytes:
    return b"".join(blob_of(given_tensors))


@given(by_name)
def test_the_library_reads_what_is_written(wanted: dict[str, torch.Tensor]) -> None:
    blob = whole(wanted)
    Expect().equal(safetensors.torch.load(blob) if blob else {}, wanted)


@given(by_name)
def test_what_the_library_writes_is_read(wanted: dict[str, torch.Tensor]) -> None:
    rows = {name: tensor.contiguous().clone() for name, tensor in wanted.items()}
    Expect().equal(tensors_in(safetensors.torch.save(rows)), wanted)


@given(by_name)
def test_what_is_written_is_read(wanted: dict[str, torch.Tensor]) -> None:
    Expect().equal(tensors_in(whole(wanted)), wanted)


@pytest.mark.parametrize("dtype", TENSOR_DTYPES)
def test_large_ones_among_small_ones(dtype: str) -> None:
    large = torch.arange(1_500 * 1_001).view(1_500, 1_001).to(getattr(torch, dtype))
    wanted = {"a": large, "b": torch.ones(3), "c": large.t(), "d": torch.tensor([True]), "e": large}
    blob = whole(wanted)
    Expect().equal(tensors_in(blob), wanted)
    Expect().equal(safetensors.torch.load(blob), wanted)


def test_a_large_one_is_not_copied_and_small_ones_are_one_piece() -> None:
    large = torch.zeros(MEGABYTE, dtype=torch.uint8)
    small = {str(number): torch.ones(2, dtype=torch.uint8) for number in range(3)}
    before, piece, after = blob_of({"a": torch.ones(1), "large": large, **small})
    large.fill_(7)
    assert bytes(piece) == b"\7" * MEGABYTE
    assert bytes(before).endswith(torch.ones(1).numpy().tobytes())
    assert bytes(after) == b"\1" * 6


def test_no_tensors_are_no_bytes() -> None:
    assert blob_of({}) == []
    assert tensors_in(b"") == {}


def test_the_most_tensors_cross() -> None:
    most = {str(number): torch.ones(1) for number in range(MAX_TENSORS)}
    assert len(tensors_in(whole(most))) == MAX_TENSORS
    with pytest.raises(WireError, match="the data has more than 20,000 tensors"):
        tensors_in(whole({**most, "one more": torch.ones(1)}))


def test_others_can_be_written_to_after_they_were_read() -> None:
    frame = bytearray(whole({"0": torch.zeros(2), "1": torch.zeros(3, dtype=torch.int64)}))
    found = tensors_in(frame)
    found["0"] += 1
    found["1"] += 2
    Expect().equal(tensors_in(frame), {"0": torch.ones(2), "1": torch.full((3,), 2)})
