"""Reads the code cells of a notebook into syntax trees, without the parts that aren't Python."""

from __future__ import annotations

import ast
import json
import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUN_IN_PLACE = ("time", "capture")
# `!ls`, `%time f()`, `x = !ls`; `?f`, `f??`; and what Jupyter runs as a magic without its `%`.
_MAGIC_LINE = re.compile(
    r"^\s*(?:[^=#!%]*=\s*)?[!%]|^\s*\?{1,2}[\w%]|^\s*[%\w.*]+\?{1,2}\s*;?\s*$"
    r"|^\s*(?:pip|conda|mamba|uv|cd|ls|ll|cat|cp|mv|rm|mkdir|rmdir|env|matplotlib|load_ext"
    r"|reload_ext|autoreload|config|run|time|timeit)\s+[^\s=(,:]"
)
_DEFINES = re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """One code cell: its statements, or the error that keeps it from being Python.

    `defines` holds the names that the text of a cell with an error seems to define.
    """

    filename: str
    statements: tuple[ast.stmt, ...]
    error: SyntaxError | None = None
    defines: frozenset[str] = frozenset()


def read_cells(path: Path) -> list[Cell]:
    """The code cells of the notebook at `path`; ValueError where it is no notebook."""
    return [
        parse_cell(source, f"{path.name}[cell {number}]")
        for number, source in code_sources(path.read_bytes(), path.name)
    ]


def code_sources(data: bytes, name: str) -> Iterator[tuple[int, str]]:
    """Number (from 1, over all cells) and text of each code cell."""
    if not data.strip():
        raise ValueError(_no_notebook(name, "an empty file"))
    try:
        notebook: Any = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ValueError(_no_notebook(name, "something that is not JSON")) from None
    if isinstance(notebook, dict) and "worksheets" in notebook:
        raise ValueError(_no_notebook(name, "one in the format of 2014"))
    try:
        for number, cell in enumerate(notebook["cells"], start=1):
            if cell["cell_type"] == "code":
                yield number, "".join(cell["source"])
    except (KeyError, TypeError):
        raise ValueError(_no_notebook(name, "JSON without a notebook's cells")) from None


def _no_notebook(name: str, found: str) -> str:
    return f"{name}: expected a Jupyter notebook, found {found}; save it again in Jupyter"


def parse_cell(source: str, filename: str) -> Cell:
    """The statements of a cell; magics and shell lines count as `pass`."""
    lines = _without_cell_magic(source.splitlines())
    linecache.cache[filename] = (len(source), None, [line + "\n" for line in lines], filename)
    while True:
        text = "\n".join(lines) + "\n"
        try:
            tree = ast.parse(text, filename)
        except SyntaxError as error:
            if not _blank_magic(lines, error.lineno):
                return Cell(filename, (), error, frozenset(_DEFINES.findall(text)))
        except (ValueError, RecursionError, MemoryError) as error:
            unreadable = SyntaxError(f"{filename}: {error}")
            return Cell(filename, (), unreadable, frozenset(_DEFINES.findall(text)))
        else:
            return Cell(filename, tuple(tree.body))


def _without_cell_magic(lines: list[str]) -> list[str]:
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is None or not lines[first].startswith("%%"):
        return lines
    words = lines[first][2:].split()
    if not words or words[0] not in RUN_IN_PLACE:
        return []
    return ["" if index <= first else line for index, line in enumerate(lines)]


def _blank_magic(lines: list[str], lineno: int | None) -> bool:
    """Replace the magic on the line where the parser stopped; False where there is none."""
    if lineno is None or not 1 <= lineno <= len(lines):
        return False
    index = lineno - 1
    while index and lines[index - 1].rstrip().endswith("\\"):
        index -= 1
    line = lines[index]
    if not _MAGIC_LINE.search(line):
        return False
    lines[index] = line[: len(line) - len(line.lstrip())] + "pass"
    while line.rstrip().endswith("\\") and index + 1 < len(lines):
        index += 1
        line, lines[index] = lines[index], ""
    return True
