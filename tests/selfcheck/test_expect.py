"""What a check says where an expectation fails: word by word what students read."""

from __future__ import annotations

import math
from typing import Any

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given

from autograder.selfcheck.expect import CheckFailed, Expect, show
from autograder.selfcheck.plain import Opaque, as_data

expect = Expect()
nan, inf = math.nan, math.inf


def message(call: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(CheckFailed) as caught:
        call(*arguments, **options)
    return str(caught.value)


class TestThat:
    def test_it_says_nothing_where_it_holds(self) -> None:
        expect.that(True, expected="a new order")

    @pytest.mark.parametrize(
        ("found", "words"),
        [("the same order", "the same order"), ([1, 2], "[1, 2]"), (0.5, "0.5")],
    )
    def test_it_says_what_it_was_told(self, found: Any, words: str) -> None:
        said = message(expect.that, False, expected="a new order", found=found)
        assert said == f"expected a new order, found {words}"

    def test_what_was_found_may_be_left_out(self) -> None:
        assert message(expect.that, False, "x") == "expected x, found something else"


class TestEqual:
    @pytest.mark.parametrize(
        "value",
        [
            1, True, None, "a", 0.5, inf, [], [1, [2]], {"a": [1]},
            torch.tensor([1, 2]), [torch.ones(2)], torch.zeros(0, 3),
        ],
    )  # fmt: skip
    def test_the_same_passes(self, value: Any) -> None:
        expect.equal(as_data(value), value)

    @pytest.mark.parametrize(
        ("found", "expected", "words"),
        [
            (2, 1, "expected 1, found 2"),
            (True, 1, "expected 1, found True (type bool)"),
            (1.0, 1, "expected 1, found 1.0 (type float)"),
            (1, 1.0, "expected 1.0, found 1 (type int)"),
            ("1", 1, "expected 1, found '1' (type str)"),
            (None, 1, "expected 1, found None"),
            (nan, nan, "expected nan, found nan"),
            ([1, 2], [1], "expected [1], found [1, 2]"),
            ([True], [1], "expected [1], found [True]"),
            ({"a": 1}, {"b": 1}, "expected {'b': 1}, found {'a': 1}"),
            ({"a": 1, "b": 2}, {"a": 1}, "expected {'a': 1}, found {'a': 1, 'b': 2}"),
            (
                list(range(20)), [0],
                "expected [0], found [0, 1, 2, 3, 4, 5, 6, 7, … 20 in all]",
            ),
            (Opaque("numpy.int64"), 1, "expected 1, found an object of type numpy.int64"),
            (Opaque("tensor of dtype int32"), 1, "expected 1, found tensor of dtype int32"),
            (
                torch.tensor([1, 2]), torch.tensor([1, 3]),
                "expected a tensor of shape (2,): [1, 3], found a tensor of shape (2,): [1, 2]",
            ),
            (
                torch.tensor([1.0]), torch.tensor([1]),
                "expected a tensor of shape (1,): [1], found a tensor of shape (1,): [1.0]",
            ),
            (
                torch.ones(1, 2), torch.ones(2),
                "expected a tensor of shape (2,): [1.0, 1.0], "
                "found a tensor of shape (1, 2): [1.0, 1.0]",
            ),
            (torch.tensor(1), 1, "expected 1, found a tensor 1"),
        ],
    )  # fmt: skip
    def test_anything_else_is_told(self, found: Any, expected: Any, words: str) -> None:
        assert message(expect.equal, found, expected) == words

    def test_the_message_begins_with_what_was_looked_at(self) -> None:
        said = message(expect.equal, 2, 1, what="the number of batches")
        assert said == "the number of batches: expected 1, found 2"


class TestClose:
    @pytest.mark.parametrize(
        ("found", "expected"),
        [
            (1.0, 1.0), (1, 1.0), (1.00009, 1.0), (0.99991, 1.0), (9e-7, 0.0), (inf, inf),
            (torch.ones(2), torch.ones(2)), (torch.ones(2).double(), torch.ones(2)),
            (torch.tensor([1, 2]), torch.tensor([1.00001, 2.0])), (torch.ones(0), torch.ones(0)),
        ],
    )  # fmt: skip
    def test_near_enough_passes(self, found: Any, expected: Any) -> None:
        expect.close(found, expected)

    @pytest.mark.parametrize(
        ("found", "expected", "words"),
        [
            (1.01, 1.0, "expected 1.0, found 1.01"),
            (0.0, 1e-3, "expected 0.001, found 0.0"),
            (nan, 1.0, "expected 1.0, found nan"),
            (inf, 1.0, "expected 1.0, found inf"),
            (1.0, inf, "expected inf, found 1.0"),
            (-inf, inf, "expected inf, found -inf"),
            (True, 1.0, "expected the number 1.0, found True (type bool)"),
            ("1", 1.0, "expected the number 1.0, found '1' (type str)"),
            (None, 1.0, "expected the number 1.0, found None"),
            ([1.0], 1.0, "expected the number 1.0, found [1.0] (type list)"),
            (torch.tensor(1.0), 1.0, "expected the number 1.0, found a tensor 1.0"),
            (Opaque("numpy.float32"), 1.0,
             "expected the number 1.0, found an object of type numpy.float32"),
            (1.0, torch.ones(2), "expected a tensor of shape (2,), found 1.0 (type float)"),
            (torch.ones(2, 1), torch.ones(2),
             "expected a tensor of shape (2,), found shape (2, 1)"),
            (torch.tensor([1.0, 1.5]), torch.ones(2),
             "expected a tensor of shape (2,): [1.0, 1.0], found a tensor of shape (2,): "
             "[1.0, 1.5] (differs by up to 0.5)"),
            (torch.tensor([1.0, nan]), torch.ones(2),
             "expected a tensor of shape (2,): [1.0, 1.0], found a tensor of shape (2,): "
             "[1.0, nan] (with values that are not finite)"),
        ],
    )  # fmt: skip
    def test_anything_else_is_told(self, found: Any, expected: Any, words: str) -> None:
        assert message(expect.close, found, expected) == words

    def test_the_tolerances_can_be_set(self) -> None:
        expect.close(1.4, 1.0, rtol=0.5)
        expect.close(0.4, 0.0, atol=0.5)
        expect.close(torch.tensor([1.4]), torch.tensor([1.0]), rtol=0.5)
        assert message(expect.close, 1.00001, 1.0, rtol=0.0) == "expected 1.0, found 1.00001"

    @given(st.floats(), st.floats(-1e6, 1e6))
    def test_numbers_and_tensors_agree(self, found: float, expected: float) -> None:
        def passes(one: Any, other: Any) -> bool:
            try:
                expect.close(one, other)
            except CheckFailed:
                return False
            return True

        tensors = [torch.tensor([x], dtype=torch.float64) for x in (found, expected)]
        assert passes(found, expected) is passes(*tensors)


class TestNumber:
    def test_a_finite_float_is_returned(self) -> None:
        assert expect.number(0.5) == 0.5

    @pytest.mark.parametrize(
        ("found", "words"),
        [
            (1, "1 (type int)"),
            (True, "True (type bool)"),
            (nan, "nan (type float)"),
            (inf, "inf (type float)"),
            (None, "None"),
            (torch.tensor(0.5), "a tensor 0.5"),
            (Opaque("numpy.float32"), "an object of type numpy.float32"),
        ],
    )
    def test_anything_else_is_told(self, found: Any, words: str) -> None:
        said = message(expect.number, found, what="the loss")
        assert said == f"the loss: expected a Python float, found {words}"


class TestTensor:
    def test_it_is_returned(self) -> None:
        value = torch.zeros(1, 28, 28)
        assert expect.tensor(value, shape=(1, 28, 28), dtype=torch.float32) is value
        assert expect.tensor(value) is value
        expect.tensor(torch.tensor([nan]), finite=False)

    @pytest.mark.parametrize(
        ("found", "words"),
        [
            ([1.0], "found [1.0] (type list)"),
            (None, "found None"),
            (Opaque("PIL.Image.Image"), "found an object of type PIL.Image.Image"),
            (torch.zeros(28, 28), "found shape (28, 28)"),
            (torch.zeros(1, 2).double(), "found dtype float64"),
        ],
    )
    def test_anything_else_is_told(self, found: Any, words: str) -> None:
        said = message(expect.tensor, found, shape=(1, 2), dtype=torch.float32, what="one image")
        assert said == f"one image: expected a float32 tensor of shape (1, 2), {words}"

    def test_values_that_are_not_finite_are_told(self) -> None:
        assert message(expect.tensor, torch.tensor([1.0, nan])) == (
            "expected finite values, found a tensor of shape (2,): [1.0, nan]"
        )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.1 + 0.2, "0.3"),
        (2.0, "2.0"),
        (1e7, "1e+07"),
        (1e-9, "1e-09"),
        ((1, 2), "(1, 2)"),
        (torch.tensor(True), "a tensor True"),
        (torch.arange(9), "a tensor of shape (9,): [0, 1, 2, 3, 4, …]"),
        (torch.zeros(0, 2), "a tensor of shape (0, 2): []"),
        ("x" * 300, "'" + "x" * 196 + "…"),
    ],
)
def test_values_are_shown_briefly(value: Any, words: str) -> None:
    assert show(value) == words
