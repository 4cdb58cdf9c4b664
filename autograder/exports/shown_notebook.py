"""Makes the notebook that formgrader shows for a module, whichever file the student completed."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from ..selfcheck.attempt import choose_among

Read = Callable[[str], bytes | None]


def shown_notebook(
    module: str, read: Read, stubs: Mapping[str, str], released: Mapping[str, Any]
) -> bytes | None:
    """The notebook that was handed in, without what its check cells printed at home.

    Where a script counts, the released notebook with the exercises as the script has them. `read`
    gives the contents of a file, None where it is missing. None where nothing was handed in.
    """
    chosen = choose_among(module, read, stubs)
    content = None if chosen.file is None else read(chosen.file)
    if content is None or chosen.file is None:
        return None
    if chosen.file.endswith(".ipynb"):
        return _without_verdicts(content)
    if not released:
        return None
    return _written(_with_exercises(released, content.decode("utf-8-sig", "replace")))


def _without_verdicts(notebook: bytes) -> bytes:
    """As it is where it can't be read as a notebook."""
    try:
        read = json.loads(notebook)
        for cell in read["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade"):
                cell["outputs"] = []
        return _written(read)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return notebook


def _with_exercises(released: Mapping[str, Any], script: str) -> dict[str, Any]:
    notebook = copy.deepcopy(dict(released))
    exercises = [
        cell
        for cell in notebook["cells"]
        if cell.get("metadata", {}).get("nbgrader", {}).get("solution")
    ]
    definitions = _definitions(script)
    names = [cell["metadata"]["nbgrader"]["grade_id"] for cell in exercises]
    if any(name not in definitions for name in names):
        # It can't be taken apart: the last exercise shows all of it.
        definitions = dict.fromkeys(names[:-1], "# See below.") | dict.fromkeys(names[-1:], script)
    for cell, name in zip(exercises, names, strict=True):
        cell["source"] = definitions[name]
    return notebook


def _definitions(script: str) -> dict[str, str]:
    """The functions and classes at the top of a script by name, the last one of each."""
    try:
        statements = ast.parse(script).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    lines = script.splitlines()
    found = {}
    for one in statements:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([one.lineno, *(decorator.lineno for decorator in one.decorator_list)])
            found[one.name] = "\n".join(lines[first - 1 : one.end_lineno])
    return found


def _written(notebook: Mapping[str, Any]) -> bytes:
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode() + b"\n"
