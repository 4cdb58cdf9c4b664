"""Frames carry plain data and nothing else; whatever bytes come, they are read or refused."""

from __future__ import annotations

import json
import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes
from safetensors.torch import save

from autograder.sandbox import wire
from autograder.sandbox.blob import MAX_TENSORS, WireError
from autograder.selfcheck.expect import CheckFailed, Expect
from autograder.selfcheck.plain import MAX_DEPTH, TENSOR_DTYPES, Opaque, as_data

LIMITS = wire.FrameLimits(json_bytes=1 << 20, tensor_bytes=1 << 20)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    dtype = getattr(torch, draw(st.sampled_from(TENSOR_DTYPES)))
    shape = draw(array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 99)))
    tensor = torch.randint(0, 200, shape, generator=generator).to(dtype)
    return tensor.t() if tensor.dim() == 2 else tensor


leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    tensors(),
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
plain_data = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)


def parts(frame: bytes) -> tuple[bytes, bytes]:
    magic, text, blob = wire.HEADER.unpack(frame[: wire.HEADER.size])
    assert magic == wire.MAGIC
    assert len(frame) == wire.HEADER.size + text + blob
    return frame[wire.HEADER.size : wire.HEADER.size + text], frame[wire.HEADER.size + text :]


@contextmanager
def pipe_with(data: bytes) -> Iterator[int]:
    """The reading end of a pipe that holds `data` and is closed on the other side."""
    reader, writer = os.pipe()

    def fill() -> None:
        with os.fdopen(writer, "wb") as file, suppress(BrokenPipeError):
            file.write(data)

    thread = threading.Thread(target=fill)
    thread.start()
    try:
        yield reader
    finally:
        os.close(reader)
        thread.join()


def read(data: bytes, limits: wire.FrameLimits = LIMITS) -> Any:
    with pipe_with(data) as reader:
        return wire.read_frame(reader, limits, time.monotonic() + 10)


@given(plain_data)
def test_plain_data_comes_back_as_it_was(value: Any) -> None:
    Expect().equal(wire.decode(*parts(wire.encode(value))), as_data(value))


def test_a_frame_crosses_a_pipe_in_pieces() -> None:
    value = {"weights": torch.randn(300, 300), "names": ["a"] * 50_000}
    Expect().equal(read(wire.encode(value)), value)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ((1, (2,)), [1, [2]]),
        (["l", [1]], ["l", [1]]),
        ({"t": 0, "o": "x"}, {"t": 0, "o": "x"}),
        ("\ud800x", "?x"),
        ({"\udfff": 1}, {"?": 1}),
        (float("inf"), float("inf")),
    ],
)
def test_odd_values_come_back_plain(value: Any, found: Any) -> None:
    assert wire.decode(*parts(wire.encode(value))) == found


def test_not_a_number_stays_one() -> None:
    found = wire.decode(*parts(wire.encode(float("nan"))))
    assert found != found


def test_what_is_no_plain_data_is_described() -> None:
    found = wire.decode(*parts(wire.encode([Opaque("PIL.Image.Image"), Opaque("x" * 1_000)])))
    assert [one.type_name for one in found] == ["PIL.Image.Image", "x" * wire.MAX_TYPE_NAME]


def test_the_deepest_data_that_a_probe_returns_crosses() -> None:
    for leaf in (1, torch.ones(2), object(), [[1]]):
        deep: Any = leaf
        for _ in range(MAX_DEPTH):
            deep = [deep]
        found = wire.decode(*parts(wire.encode({"value": as_data(deep)})))
        assert str(found) == str({"value": as_data(deep)})


def test_tensors_that_share_memory_are_copied() -> None:
    base = torch.arange(6)
    found = wire.decode(*parts(wire.encode([base[1:3], base.view(2, 3).t(), base])))
    Expect().equal(found, [base[1:3].clone(), base.view(2, 3).t().contiguous(), base])


def frame(text: Any, blob: bytes = b"") -> bytes:
    data = text if isinstance(text, bytes) else json.dumps(text).encode()
    return wire.HEADER.pack(wire.MAGIC, len(data), len(blob)) + data + blob


def blob(header: Any, data_bytes: int = 0) -> bytes:
    """Tensors with this header, whatever it says of the zeros behind it."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(data_bytes)


def f32(*shape: Any, begin: int = 0, end: int = 0) -> dict[str, Any]:
    return {"dtype": "F32", "shape": list(shape), "data_offsets": [begin, end]}


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = ["l", [value]]
    return value


class TestRefused:
    @pytest.mark.parametrize(
        ("text", "blob", "words"),
        [
            (b"", b"", "the data is not JSON (JSONDecodeError)"),
            (b"{", b"", "the data is not JSON (JSONDecodeError)"),
            (b"\xff\xff", b"", "the data is not JSON (UnicodeDecodeError)"),
            (b"[" * 100_000, b"", "the data is not JSON (RecursionError)"),
            (b"1" * 10_000, b"", "the data is not JSON (ValueError)"),
            ([], b"", "the data has an unknown form"),
            ({}, b"", "the data has an unknown form"),
            (["l"], b"", "the data has an unknown form"),
            (["l", 1], b"", "the data has an unknown form"),
            (["l", {}], b"", "the data has an unknown form"),
            (["d", []], b"", "the data has an unknown form"),
            (["t", 0], b"", "the data has an unknown form"),
            (["t", "0"], b"", "the data has an unknown form"),
            (["t", True], save({"1": torch.ones(1)}), "the data has an unknown form"),
            (["o", 1], b"", "the data has an unknown form"),
            (["x", []], b"", "the data has an unknown form"),
            ([["l", []], []], b"", "the data has an unknown form"),
            (2**64, b"", "an integer has more than 64 bits"),
            (deep(MAX_DEPTH + 2), b"", "the data is nested more than 16 deep"),
            (["l", [0] * (wire.MAX_ITEMS + 1)], b"", "the data has more than 300,000 items"),
            (
                ["l", [["o", ""]] * (wire.MAX_OPAQUES + 1)], b"",
                "the data has more than 10,000 items that are not plain",
            ),
            (1, b"x", "the tensors can't be read: their header is too long"),
            (1, blob({"0": f32(1)}), "the tensors can't be read: one is larger than its data"),
            (1, blob({"0": f32(-1)}), "the tensors can't be read: a size is no whole number"),
            (1, blob({"0": f32(True)}), "the tensors can't be read: a size is no whole number"),
            (
                1, blob({"0": f32(0, 2**40)}),
                "the tensors can't be read: one is larger than its data",
            ),
            (1, blob({"0": f32(*[1] * 17, end=4)}, 4), "a tensor has more than 16 dimensions"),
            (
                1, blob({str(n): f32(0) for n in range(MAX_TENSORS + 1)}),
                "the data has more than 20,000 tensors",
            ),
            (
                1, blob({"0": f32(1, end=4), "1": f32(1, end=4)}, 4),
                "the tensors can't be read: they overlap or leave a gap",
            ),
            (
                1, blob({"0": f32(1, begin=4, end=8)}, 8),
                "the tensors can't be read: they overlap or leave a gap",
            ),
            (
                1, blob({"0": f32(1, end=4)}, 5),
                "the tensors can't be read: there is more than they say",
            ),
            (1, blob({"0": 1}), "the tensors can't be read: their header has an unknown form"),
            (1, blob([]), "the tensors can't be read: their header has an unknown form"),
            (
                1, blob(b"{"),
                "the tensors can't be read: their header is not JSON (JSONDecodeError)",
            ),
            (1, b"\xff" * 100, "the tensors can't be read: their header is too long"),
            (
                1, save({"0": torch.zeros(1, dtype=torch.complex64)}),
                "a tensor has a dtype that no probe returns (C64)",
            ),
            (
                1, save({"0": torch.zeros(1, dtype=torch.bfloat16)}),
                "a tensor has a dtype that no probe returns (BF16)",
            ),
        ],
    )  # fmt: skip
    def test_what_breaks_a_rule(self, text: Any, blob: bytes, words: str) -> None:
        with pytest.raises(WireError) as caught:
            read(frame(text, blob), wire.FrameLimits())
        assert str(caught.value) == words

    def test_another_protocol(self) -> None:
        with pytest.raises(WireError, match="the bytes do not begin a frame"):
            read(b"HTTP/1.1 200 OK\r\n")

    @pytest.mark.parametrize(("text", "blob"), [(2**32 - 1, 0), (0, 2**64 - 1), (0, (1 << 20) + 1)])
    def test_sizes_beyond_the_limits_before_they_are_read(self, text: int, blob: int) -> None:
        with pytest.raises(WireError, match=r"the data is too large \([\d,]+ MiB\)"):
            read(wire.HEADER.pack(wire.MAGIC, text, blob))

    @pytest.mark.parametrize("kept", [0, 5, wire.HEADER.size, wire.HEADER.size + 3])
    def test_a_frame_that_ends_early(self, kept: int) -> None:
        with pytest.raises(wire.Closed):
            read(wire.encode([1, 2, 3])[:kept])

    @given(st.binary(max_size=200))
    def test_any_bytes(self, data: bytes) -> None:
        with pytest.raises((WireError, wire.Closed)):
            read(data)

    @given(st.binary(max_size=60), st.binary(max_size=200))
    def test_any_bytes_in_a_frame(self, text: bytes, blob: bytes) -> None:
        with suppress(WireError):
            assert_plain(read(frame(text, blob)))

    @settings(max_examples=300)
    @given(st.data())
    def test_any_damage_to_a_frame(self, data: st.DataObject) -> None:
        value = {"a": [1, torch.ones(2, 2), Opaque("x")], "b": torch.tensor([True])}
        damaged = bytearray(wire.encode(value))
        for _ in range(data.draw(st.integers(1, 4))):
            place = data.draw(st.integers(wire.HEADER.size, len(damaged) - 1))
            damaged[place] = data.draw(st.integers(0, 255))
        with suppress(WireError):
            assert_plain(read(bytes(damaged)))


def assert_plain(value: Any) -> None:
    """Nothing but the built-in types themselves, tensors of allowed dtypes, and `Opaque`."""
    if type(value) is list:
        for item in value:
            assert_plain(item)
    elif type(value) is dict:
        assert all(type(key) is str for key in value)
        assert_plain(list(value.values()))
    elif type(value) is torch.Tensor:
        assert str(value.dtype).removeprefix("torch.") in TENSOR_DTYPES
        assert value.device.type == "cpu"
        assert not value.requires_grad
    else:
        assert value is None or type(value) in (bool, int, float, str, Opaque)


def test_bools_are_zero_or_one_whatever_bytes_came() -> None:
    blob = save({"0": torch.tensor([2, 0, 255], dtype=torch.uint8)}).replace(b'"U8"', b'"BOOL"')
    header = int.from_bytes(blob[:8], "little") + 2
    (found,) = read(frame(["l", [["t", 0]]], header.to_bytes(8, "little") + blob[8:]))
    assert found.view(torch.uint8).tolist() == [1, 0, 1]


class TestPipe:
    @pytest.fixture
    def ends(self) -> Iterator[tuple[int, int]]:
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        yield reader, writer
        for end in (reader, writer):
            with suppress(OSError):
                os.close(end)

    def test_reading_ends_at_the_deadline(self, ends: tuple[int, int]) -> None:
        os.write(ends[1], wire.encode(1)[:-1])
        deadline = time.monotonic() + 0.2
        with pytest.raises(wire.OutOfTime):
            wire.read_frame(ends[0], LIMITS, deadline)
        assert time.monotonic() >= deadline

    def test_a_deadline_that_has_passed(self, ends: tuple[int, int]) -> None:
        with pytest.raises(wire.OutOfTime):
            wire.read_frame(ends[0], LIMITS, time.monotonic() - 1)

    def test_writing_ends_at_the_deadline(self, ends: tuple[int, int]) -> None:
        with pytest.raises(wire.OutOfTime):
            wire.write_frame(ends[1], bytes(1 << 20), deadline=time.monotonic() + 0.2)

    def test_nobody_reads(self, ends: tuple[int, int]) -> None:
        os.close(ends[0])
        with pytest.raises(wire.Closed):
            wire.write_frame(ends[1], b"x", deadline=time.monotonic() + 1)

    def test_descriptors_may_be_large(self, ends: tuple[int, int]) -> None:
        high = 1_500
        if resource.getrlimit(resource.RLIMIT_NOFILE)[0] <= high:
            pytest.skip("a process may not have that many descriptors here")
        os.dup2(ends[0], high)
        try:
            wire.write_frame(ends[1], wire.encode("x"))
            assert wire.read_frame(high, LIMITS, time.monotonic() + 1) == "x"
        finally:
            os.close(high)

    def test_frames_follow_each_other(self, ends: tuple[int, int]) -> None:
        for value in (1, "two", [3]):
            wire.write_frame(ends[1], wire.encode(value))
        assert [wire.read_frame(ends[0], LIMITS) for _ in range(3)] == [1, "two", [3]]


def test_the_comparison_of_these_tests_is_strict() -> None:
    with pytest.raises(CheckFailed):
        Expect().equal([1], [True])
