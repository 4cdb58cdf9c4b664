"""What an assignment's workers import anyway, so that a warm process can have it ready."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..course import Assignment, Part
from ..selfcheck.modules import KIT_MODULES

_OURS = {*KIT_MODULES, "__future__", "settings"}


def imports_of(assignment: Assignment, part: Part, probes: str) -> tuple[str, ...]:
    """The modules that a part's probes and its reference import at their top, sorted.

    `probes` is the source of the part's probes.
    """
    paths = [assignment.folder / f"{name}.py" for name in part.modules]
    texts = [probes, *(path.read_text(encoding="utf-8-sig") for path in paths if path.is_file())]
    ours = _OURS.union(assignment.modules)
    named = {name for text in texts for name in _imported(text)}
    return tuple(sorted(name for name in named if name.partition(".")[0] not in ours))


def _imported(text: str) -> Iterator[str]:
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
