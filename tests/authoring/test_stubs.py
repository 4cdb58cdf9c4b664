"""Stubs say whose they are, when they are called and not before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.authoring import regions, stubs
from autograder.authoring.regions import RegionError

PY = Path("shapes.py")


def cleared(text: str) -> str:
    return regions.clear_solutions(text, PY, lambda r: stubs.stub_for(text, r, "shapes", PY))


def run(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(cleared(text), names)
    return names


def test_a_function_raises_with_the_part_and_its_name() -> None:
    text = "def f(x):\n    '''Doc.'''\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n"
    assert cleared(text) == (
        "def f(x):\n    '''Doc.'''\n    # YOUR CODE HERE\n"
        '    raise NotImplementedError("shapes: f is still to be written")\n'
    )
    with pytest.raises(NotImplementedError, match=r"^shapes: f is still to be written$"):
        run(text)["f"](1)


def test_a_method_is_named_by_its_class() -> None:
    text = (
        "class A:\n    def f(self):\n        for _ in [1]:\n            ### BEGIN SOLUTION\n"
        "            return 1\n            ### END SOLUTION\n"
    )
    with pytest.raises(NotImplementedError, match=r"^shapes: A is still"):
        run(text)["A"]().f()


def test_a_class_body_raises_when_the_class_is_used() -> None:
    text = (
        "class A:\n    ### BEGIN SOLUTION\n    def f(self):\n        pass\n    ### END SOLUTION\n"
    )
    with pytest.raises(NotImplementedError, match=r"^shapes: A is still"):
        run(text)["A"](1, two=2)


@pytest.mark.parametrize(
    "text",
    [
        "x = 0\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n",
        "### BEGIN SOLUTION\ndef f():\n    pass\n### END SOLUTION\n",
        "def f():\n    pass\n\n\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n",
        "def f():\n    x = 1\n### BEGIN SOLUTION\n    return x\n### END SOLUTION\n",
    ],
)
def test_a_solution_belongs_into_a_function_or_class(text: str) -> None:
    with pytest.raises(RegionError, match=r"^shapes\.py:\d: expected a solution within a function"):
        cleared(text)
