"""Lists an assignment's checks without running them: what students may know beforehand."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from pathlib import Path

from ..course import Assignment, Part
from ..selfcheck.manifest import ListedCheck, ListedPart
from .errors import AuthoringError, located
from .regions import Definition, hidden_lines

CHECKS = "checks"


def list_parts(assignment: Assignment) -> tuple[ListedPart, ...]:
    """The parts in the order of the course, each with its checks in the order of its file.

    Raises AuthoringError where a check says too little about itself, a part has no checks, or its
    points don't add up.
    """
    return tuple(_listed(assignment, part) for part in assignment.parts)


def check_file(assignment: Assignment, part: Part) -> Path:
    return assignment.folder / CHECKS / f"test_{part.name}.py"


def test_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """The checks among the functions of a module."""
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return [function for function in functions if function.name.startswith("test_")]


def _listed(assignment: Assignment, part: Part) -> ListedPart:
    path = check_file(assignment, part)
    if not path.is_file():
        fix = f"write the checks of the part {part.name!r} there"
        raise AuthoringError(located(path, None, "a file with checks", "none", fix))
    checks = tuple(_checks(path, part))
    total = sum(check.points for check in checks)
    if not math.isclose(total, part.points):
        expected = f"checks for {part.points:g} points, as in course.yaml"
        fix = "change the points markers or course.yaml"
        raise AuthoringError(located(path, None, expected, f"{total:g}", fix))
    return ListedPart(part.name, part.title, part.points, tuple(part.modules), checks)


def _checks(path: Path, part: Part) -> Iterator[ListedCheck]:
    text = path.read_text(encoding="utf-8-sig")
    hidden = hidden_lines(text, path)
    tree = ast.parse(text)
    seen: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            expected, fix = "checks that are functions", "make its methods functions"
            raise _wrong(path, node, expected, f"the class {node.name}", fix)
    for node in test_functions(tree):
        if node.name in seen:
            expected, fix = "each check once", "rename one of the two"
            raise _wrong(path, node, expected, f"{node.name} again", fix)
        seen.add(node.name)
        yield ListedCheck(
            id=f"{part.name}::{node.name.removeprefix('test_')}",
            title=_title(path, node),
            points=_points(path, node),
            visible=node.lineno not in hidden,
        )


def _title(path: Path, node: ast.FunctionDef) -> str:
    documentation = ast.get_docstring(node)
    if not documentation:
        fix = "add one: students read its first line"
        raise _wrong(path, node, f"{node.name} to have a docstring", "none", fix)
    return documentation.splitlines()[0].strip()


def _points(path: Path, node: ast.FunctionDef) -> float:
    for mark in node.decorator_list:
        name = mark.func if isinstance(mark, ast.Call) else mark
        if isinstance(name, ast.Attribute) and name.attr == "parametrize":
            expected, fix = "one check a function", "loop over the cases within the check"
            raise _wrong(path, node, expected, "@pytest.mark.parametrize", fix)
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute):
            value = mark.args[0] if mark.func.attr == "points" and len(mark.args) == 1 else None
            if isinstance(value, ast.Constant) and type(value.value) in (int, float):
                return float(str(value.value))
    expected, fix = f"@pytest.mark.points(number) on {node.name}", "say what the check is worth"
    raise _wrong(path, node, expected, "none", fix)


def _wrong(path: Path, node: Definition, expected: str, found: str, fix: str) -> AuthoringError:
    return AuthoringError(located(path, node.lineno, expected, found, fix))
