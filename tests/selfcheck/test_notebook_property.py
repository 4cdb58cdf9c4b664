"""A name of a notebook has the value that it has after all cells have run from top to bottom."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import example, given, settings

from autograder.selfcheck.notebook import NotebookModule

from .conftest import notebook_json

NAMES = ["a", "b", "c", "f", "g"]
name = st.sampled_from(NAMES)
number = st.integers(0, 9)
operand = st.one_of(
    number.map(str),
    name,
    name.map(lambda called: f"value({called})"),
    st.builds("[{} for {} in range(2)][1]".format, name, name),
)
expression = st.builds("value({}) + value({})".format, operand, operand)
simple = st.one_of(
    st.builds("{} = {}".format, name, expression),
    st.builds("{} = {}".format, name, name),
    st.builds("{}, {} = {}, {}".format, name, name, operand, operand),
    st.builds("{} = (n := {})".format, name, expression),
    st.builds("{}: int = {}".format, name, expression),
    st.builds("def {}(x=0): return {}".format, name, expression),
    st.builds("def {}(x={}): return value(x) + {}".format, name, operand, expression),
    st.builds("@deco\ndef {}(): return {}".format, name, expression),
    st.builds("{} = deco({})".format, name, name),
    st.builds("{} = lambda: {}".format, name, expression),
    st.builds(
        "class {}:\n    k = {}\n    def __call__(self): return {}".format, name, *[expression] * 2
    ),
    st.builds("import math as {}".format, name),
)


def indented(text: str) -> str:
    return "    " + text.replace("\n", "\n    ")


compound = st.one_of(
    st.builds(
        lambda c, s, t: f"if {c}:\n{indented(s)}\nelse:\n{indented(t)}",
        expression, simple, simple,
    ),
    st.builds(lambda s, t: f"with nothing:\n{indented(s)}\n{indented(t)}", simple, simple),
    st.builds(
        lambda m, s, t: f"try:\n    import {m} as {'abc'[len(m) % 3]}\n{indented(s)}\n"
        f"except ImportError:\n{indented(t)}",
        st.sampled_from(["math", "nowhere"]), simple, simple,
    ),
)  # fmt: skip
statement = st.one_of(simple, simple, compound)
PRELUDE = """
from contextlib import nullcontext
nothing = nullcontext()
DEPTH = [0]
def value(x):
    if isinstance(x, int):
        return x
    if not callable(x) or DEPTH[0] > 3:
        return 1
    DEPTH[0] += 1
    try:
        result = x() if not isinstance(x, type) else x.k
    finally:
        DEPTH[0] -= 1
    return result if isinstance(result, int) else 2
def deco(x):
    return lambda: 10 + value(x)
a, b, c = 1, 2, 3
def f(): return 4
def g(): return 5
"""


def shown(namespace: dict[str, Any], value: Any) -> Any:
    return namespace["value"](value) % 1_000_003


def run_whole(cells: list[str]) -> dict[str, Any] | None:
    namespace: dict[str, Any] = {"__name__": "whole"}
    try:
        for cell in cells:
            exec(cell, namespace)
    except Exception:
        return None
    return namespace


@settings(max_examples=150)
@given(st.lists(statement, max_size=8), st.permutations(NAMES))
@example(["a = b", "b = 7", "def f(): return b"], ["f", "a", "b", "c", "g"])
@example(["a = (n := 5)", "c = a", "a = 1"], ["a", "c", "b", "f", "g"])
def test_values_are_those_of_the_whole_notebook(cells: list[str], order: list[str]) -> None:
    cells = [PRELUDE, *cells]
    whole = run_whole(cells)
    if whole is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "n.ipynb")
        noise = ("!ls", "raise KeyError", "plot(a) / 0")
        mixed = itertools.chain.from_iterable(zip(cells, itertools.cycle(noise), strict=False))
        path.write_text(notebook_json(*mixed), encoding="utf-8")
        module = NotebookModule("n", path)
        module.load()
    for one in order:
        expected = shown(whole, whole[one])
        assert shown(vars(module) | {"value": module.value}, getattr(module, one)) == expected
