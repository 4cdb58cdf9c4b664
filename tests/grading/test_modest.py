"""Modules that would cost the grader much are refused; all others are the student's own matter."""

from __future__ import annotations

import json

import pytest

from autograder.grading import modest
from autograder.grading.contents import Rejected
from autograder.grading.modest import require_modest

CLEAR = "clear its outputs (in Jupyter: Edit, Clear Outputs of All Cells) and hand in again"
MEGABYTE = 1 << 20


def refused(name: str, data: bytes) -> str:
    with pytest.raises(Rejected) as caught:
        require_modest(name, data)
    return str(caught.value)


def notebook(outputs: object) -> bytes:
    cell = {"cell_type": "code", "source": "x = '[[[' + \"{,\"", "outputs": outputs}
    return json.dumps({"cells": [cell], "metadata": {}}).encode()


def nested(levels: int) -> list[object]:
    found: list[object] = []
    for _ in range(levels):
        found = [found]
    return found


def test_a_notebook_with_pictures_is_fine() -> None:
    picture = {"data": {"image/png": "iVBOR" * 300_000}}
    require_modest("model.ipynb", notebook([picture] * 6))


def test_a_notebook_of_absurd_size() -> None:
    data = notebook("a" * 10 * MEGABYTE)
    assert refused("model.ipynb", data) == f"model.ipynb is larger than 10 MB; {CLEAR}"


def test_a_notebook_of_absurd_nesting() -> None:
    require_modest("model.ipynb", notebook(nested(95)))
    said = f"model.ipynb has lists within lists, more than 100 of them; {CLEAR}"
    assert refused("model.ipynb", notebook(nested(100))) == said
    assert refused("model.ipynb", b"\xef\xbb\xbf \r\n" + b'{"a":' * 101) == said


@pytest.mark.parametrize(
    "data",
    [
        b"[" + b"0," * 500_001,
        b"[" + b"[]," * 250_001,
        b"[" + b"[" * 500_001,
        b"{" + b'"",' * 500_001,
        b"[" + b'""' * 500_001,
    ],
)
def test_a_notebook_of_absurdly_many_values(data: bytes) -> None:
    assert refused("model.ipynb", data) == (f"model.ipynb holds more than 500,000 values; {CLEAR}")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"print(1)",
        b"\xff\xfe" + b"[" * 1_000,
        b"not json " + b"[" * 1_000,
        b'"' + b"[" * 1_000_000,
        b'["' + b"[" * 1_000_000,
        b'["' + b'\\"' * 1_000_000,
        b'["\\',
        b"[" + b"]" * 1_000_000,
        b'["a", "b"',
    ],
)
def test_what_is_no_notebook_is_for_its_part_to_say(data: bytes) -> None:
    require_modest("model.ipynb", data)


def test_brackets_in_strings_do_not_count() -> None:
    require_modest("model.ipynb", notebook(["[" * 200, "\\", '"' + "{" * 200, "\\" * 3 + '"[[']))


def test_a_script_of_absurd_size() -> None:
    require_modest("model.py", b"\n" * modest.MAX_SCRIPT)
    assert refused("model.py", b"\n" * (modest.MAX_SCRIPT + 1)) == (
        "model.py is larger than 2 MB; put what is no code into a file of its own and hand in again"
    )
