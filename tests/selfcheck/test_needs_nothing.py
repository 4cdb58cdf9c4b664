"""The self-check runs with what the assignment needs anyway, on Python 3.10 and later."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import selfcheck

MODULES = sorted(Path(selfcheck.__file__).parent.glob("*.py"))
GIVEN = {"pytest", "torch", "_pytest"}
SINCE_3_10 = {"tomllib", "_tokenize"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_it_imports_the_library_torch_pytest_and_itself(path: Path) -> None:
    names = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
    assert names <= GIVEN | (sys.stdlib_module_names - SINCE_3_10)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_python_3_10_can_read_it(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("typing", "datetime", "enum")
        for alias in node.names
    }
    assert not names & {"Self", "override", "UTC", "StrEnum", "assert_never", "Never"}
    assert not [node for node in ast.walk(tree) if type(node).__name__ == "TryStar"]


def test_torch_is_imported_only_where_it_is_used() -> None:
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            assert not isinstance(node, ast.Import) or "torch" not in set(imported(node)), path
