"""What an assignment's workers import anyway, so that a warm process can have it ready."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ..course import Assignment
from ..selfcheck.modules import KIT_MODULES
from .checks import PROBES

_OURS = {*KIT_MODULES, "__future__", "settings"}


def imports_of(assignment: Assignment) -> tuple[str, ...]:
    """The modules that the probes and the reference import at their top, in alphabetical order."""
    sources = [assignment.folder / f"{name}.py" for name in assignment.modules]
    paths = [path for path in (assignment.folder / PROBES, *sources) if path.is_file()]
    named = {name for path in paths for name in _imported(path)}
    ours = _OURS.union(assignment.modules)
    return tuple(sorted(name for name in named if name.partition(".")[0] not in ours))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8-sig"), path).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
