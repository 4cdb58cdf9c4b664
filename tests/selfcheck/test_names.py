"""Which names of the module a statement looks up, at once or when its functions are called."""

from __future__ import annotations

import ast

import pytest

from autograder.selfcheck.names import bound_names, names_of


def names(source: str) -> tuple[set[str], set[str]]:
    (statement,) = ast.parse(source).body
    found = names_of(statement)
    return set(found.at_once), set(found.later)


@pytest.mark.parametrize(
    ("source", "at_once", "later"),
    [
        ("x = y + z.a", {"y", "z"}, set()),
        ("x = x + 1", {"x"}, set()),
        ("x += y", {"x", "y"}, set()),
        ("x[i] = y", {"x", "i", "y"}, set()),
        ("x[i].a += y", {"x", "i", "y"}, set()),
        ("x: T = y", {"T", "y"}, set()),
        ("x = [i * k for i in a if i]", {"k", "a"}, set()),
        ("x = {i: j for i, j in a}", {"a"}, set()),
        ("x = {f(i) for b in a for i in b}", {"f", "a"}, set()),
        ("x = [[j for j in i] for i in a]", {"a"}, set()),
        ("x = lambda i=d: i + y", {"d"}, {"y"}),
        ("x = [lambda: y + i for i in a]", {"a"}, {"y"}),
        ("x = (n := y) + 1", {"y"}, set()),
        ("def f(a, b=c, *, d: T = e) -> R: return a + g", {"c", "T", "e", "R"}, {"g"}),
        ("@deco(x)\ndef f(): pass", {"deco", "x"}, set()),
        ("def f():\n    def g(): return a, b\n    a = 1", set(), {"b"}),
        ("def f():\n    y = [i + k for i in y]", set(), {"k"}),
        ("def f():\n    global N\n    N += 1", set(), {"N"}),
        ("def f():\n    import torch\n    return torch", set(), set()),
        ("def f():\n    try: pass\n    except E as e: return e", set(), {"E"}),
        (
            "class A(B, metaclass=M):\n    x: T = y\n    def f(self, a=z): return g",
            {*"BMTyz"},
            {"g"},
        ),
        ("class A:\n    x = 1\n    y = x", set(), set()),
        ("class A:\n    x = x", {"x"}, set()),
        ("class A:\n    y = [x for _ in a]", {"x", "a"}, set()),
        ("class A:\n    class B(C):\n        def f(self): return A", {"C"}, {"A"}),
        ("async def f():\n    async with a as b: return b", set(), {"a"}),
        ("import torch.nn as nn", set(), set()),
        ("f'{x!r:{y}}'", {"x", "y"}, set()),
    ],
)
def test_names_follow_the_scopes_of_python(source: str, at_once: set[str], later: set[str]) -> None:
    assert names(source) == (at_once, later)


def test_what_cannot_be_analysed_needs_every_name_in_it() -> None:
    assert names("def f():\n    x = 1\n    global x\n    return x + y")[1] == {"x", "y"}
    assert "y" in names("x = " + "+".join(["y"] * 1_500))[0]


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ("import a, b.c, d.e as f", ["a", "b", "f"]),
        ("from a import b, c as d", ["b", "d"]),
        ("from a import *", ["*"]),
        ("def f(): pass", ["f"]),
        ("async def f(): pass", ["f"]),
        ("class A: pass", ["A"]),
        ("a = b = c", ["a", "b"]),
        ("a, (b, *c), d[0], e.f = x", ["a", "b", "c", "d", "e"]),
        ("a: int", []),
        ("a: int = 1", ["a"]),
        ("a[0][1] += 1", ["a"]),
        ("a = (b := 1) + 1", ["a", "b"]),
        ("f().x = 1", []),
        ("print(1)", []),
        ("for i in a: b = 1", []),
    ],
)
def test_imports_definitions_and_assignments_bind(source: str, bound: list[str]) -> None:
    (statement,) = ast.parse(source).body
    assert list(bound_names(statement)) == bound
