"""What a worker may reply: anything but a value or an error of the known form is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from autograder.sandbox.answers import BadReply, StudentError, value_of
from autograder.selfcheck.plain import Opaque

FRAME = ["loaders.py", 3, "f", "return 1"]


def error(**changes: Any) -> dict[str, Any]:
    return {"error": {"message": "m", "text": "", "trace": "", "frames": [], **changes}}


@pytest.mark.parametrize("value", [None, False, [], {"error": 1}])
def test_a_value_is_given_back(value: Any) -> None:
    assert value_of({"id": 1, "value": value}) is value


def test_an_error_is_raised() -> None:
    with pytest.raises(StudentError) as caught:
        value_of(error(text="model: x", trace="Traceback", frames=[FRAME]))
    found = caught.value
    assert (str(found), found.unwritten, found.trace) == ("m", "model: x", "Traceback")
    assert found.frames == [FRAME]


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"error": 1},
        {"error": {}},
        {"error": torch.ones(2)},
        error(frames={}),
        error(message=Opaque("x")),
        error(text=torch.ones(2)),
        error(trace=None),
        error(frames=[[1]]),
        error(frames=[["a", math.inf, "", ""]]),
        error(frames=[["a", True, "", ""]]),
        error(frames=[[*FRAME, "more"]]),
        error(frames=[FRAME, torch.ones(4)]),
    ],
)
def test_an_error_of_another_form_is_refused(reply: dict[str, Any]) -> None:
    with pytest.raises(BadReply, match=r"^the answer has an unknown form$"):
        value_of(reply)


def test_an_error_is_never_long() -> None:
    long = "x" * 100_000
    frames = [[long, 1, long, long]] * 100
    with pytest.raises(StudentError) as caught:
        value_of(error(message=long, text=long, trace=long, frames=frames))
    found = caught.value
    assert (len(str(found)), len(found.unwritten), len(found.trace)) == (2_000, 2_000, 20_000)
    assert len(found.frames) == 12
    assert {len(part) for frame in found.frames for part in frame if part != 1} == {300}
