"""Makes a notebook of a script, with nbgrader's own preprocessors and the same bytes every time."""

from __future__ import annotations

import ast
import copy
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import AuthoringError, located
from .markers import BEGIN_SOLUTION, END_SOLUTION
from .regions import Region, region_error, scan, strip_markers
from .stubs import definitions_around, stub_for

if TYPE_CHECKING:
    from nbformat import NotebookNode

_CHECK = "check-"
_KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Notebooks:
    """One script's notebook as JSON: as students get it, and with the solutions filled in."""

    release: str
    reference: str


def make_notebooks(
    text: str, path: Path, module: str, points: Mapping[str, float], setup: str
) -> Notebooks:
    """The notebooks of the percent-format script `text`.

    `points` are those of each part's public checks: what a cell that ends with `check("part")`
    gives at most. `setup` is the code of a cell that is put before the first code cell. Raises
    RegionError where a region does not fit into one solution cell.
    """
    import jupytext

    marked, regions = _marked(text, path)
    notebook = jupytext.reads(marked.text, fmt="py:percent")
    reference = jupytext.reads(strip_markers(text, path), fmt="py:percent")
    solutions = _solutions(notebook, marked, regions, text, path, module)
    notebook.metadata = copy.deepcopy(_KERNEL)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    sources = [cell.source for cell in reference.cells]
    first_code = next(
        (n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code"), len(sources)
    )
    _describe(notebook, solutions, module, points)
    _expect_different_ids(notebook, path)
    setup_cell = _setup_cell(setup, module)
    notebook.cells.insert(first_code, setup_cell)
    sources.insert(first_code, setup_cell.source)
    released = _processed(notebook, marked, solutions)
    filled = copy.deepcopy(released)
    for cell, source in zip(filled.cells, sources, strict=True):
        if cell.id in solutions:
            cell.source = source
    return Notebooks(_json(released), _json(filled))


@dataclass(frozen=True)
class _Marked:
    """A script whose solution markers can't be mistaken for text by nbgrader."""

    text: str
    begin: str
    end: str


@dataclass(frozen=True)
class _Solution:
    name: str
    stub: str


def _marked(text: str, path: Path) -> tuple[_Marked, list[Region]]:
    regions = list(scan(text, path))
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
    begin, end = f"{BEGIN_SOLUTION.text} {digest}", f"{END_SOLUTION.text} {digest}"
    lines = text.split("\n")
    for region in regions:
        if region.kind == "hidden":
            expected, fix = "hidden tests in checks/ and probes.py only", "move them there"
            raise region_error(path, region.begin, expected, "them in a module", fix)
        lines[region.begin - 1] = region.indent + begin
        lines[region.end - 1] = region.indent + end
    return _Marked("\n".join(lines), begin, end), regions


def _solutions(
    notebook: NotebookNode,
    marked: _Marked,
    regions: list[Region],
    text: str,
    path: Path,
    module: str,
) -> dict[str, _Solution]:
    """What nbgrader has to know about each solution cell, by the id that the cell has for now."""
    found: dict[str, _Solution] = {}
    left = iter(regions)
    for cell in notebook.cells:
        lines = [line.strip() for line in cell.source.split("\n")]
        here = [next(left) for line in lines if line == marked.begin]
        if not here:
            continue
        if lines.count(marked.end) != len(here):
            expected, fix = "a solution within one cell", "move the cell's header out of it"
            raise region_error(path, here[-1].begin, expected, "it in two", fix)
        stubs = [stub_for(text, region, module, path) for region in here]
        for region, stub in zip(here, stubs, strict=True):
            if stub != stubs[0]:
                expected, fix = "one function or class to write in a cell", "make it two cells"
                raise region_error(path, region.begin, expected, "a second one", fix)
        found[cell.id] = _Solution(definitions_around(text, here[0])[0].name, stubs[0])
    return found


def _describe(
    notebook: NotebookNode,
    solutions: dict[str, _Solution],
    module: str,
    points: Mapping[str, float],
) -> None:
    """Give every cell an id that is always the same, and nbgrader's metadata where it needs it.

    The keys of `solutions` change with the ids.
    """
    for number, cell in enumerate(notebook.cells, start=1):
        solution = solutions.pop(cell.id, None)
        part = graded_part(cell.source) if cell.cell_type == "code" else None
        kind = "text" if cell.cell_type == "markdown" else "code"
        tags = cell.metadata.get("tags", [])
        cell.metadata = {"tags": list(tags)} if tags else {}
        cell.id = f"{module}-{kind}-{number:02}"
        if solution is not None:
            cell.id = solution.name
            solutions[cell.id] = solution
            cell.metadata["nbgrader"] = _nbgrader(cell.id, solution=True)
        elif part is not None:
            cell.id = _CHECK + part
            cell.metadata["nbgrader"] = _nbgrader(cell.id, points=points.get(part, 0.0))
        elif kind == "text":
            cell.metadata["nbgrader"] = _nbgrader(cell.id)


def _expect_different_ids(notebook: NotebookNode, path: Path) -> None:
    ids = [cell.id for cell in notebook.cells]
    for name in ids:
        if ids.count(name) > 1:
            expected, fix = f"one cell for {name!r}", "put both into one cell, or drop one"
            raise AuthoringError(located(path, None, expected, f"{ids.count(name)}", fix))


def graded_part(source: str) -> str | None:
    """The part that a cell grades: the cell ends with `check("part")`."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return None
    last = statements[-1] if statements else None
    if not (isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)):
        return None
    call = last.value
    if not (isinstance(call.func, ast.Name) and call.func.id == "check" and len(call.args) == 1):
        return None
    argument = call.args[0]
    is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return str(argument.value) if is_text and isinstance(argument, ast.Constant) else None


def graded_in(cell_id: str) -> str | None:
    """The part that the cell of a made notebook grades."""
    return cell_id.removeprefix(_CHECK) if cell_id.startswith(_CHECK) else None


def _setup_cell(setup: str, module: str) -> NotebookNode:
    from nbformat import NotebookNode, v4

    name = f"{module}-setup"
    metadata = {"tags": ["setup"], "nbgrader": _nbgrader(name)}
    return NotebookNode(v4.new_code_cell(setup, id=name, metadata=metadata))


def _nbgrader(
    grade_id: str, *, solution: bool = False, points: float | None = None
) -> dict[str, Any]:
    """A solution cell, a graded cell with its points, or else a locked one."""
    metadata = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return metadata if points is None else {**metadata, "points": points}


def _processed(
    notebook: NotebookNode, marked: _Marked, solutions: dict[str, _Solution]
) -> NotebookNode:
    """What `nbgrader generate_assignment` does to a notebook, in its order."""
    from nbgrader import preprocessors as nbgrader

    resources: dict[str, Any] = {"language": "python"}
    notebook, _ = nbgrader.LockCells().preprocess(notebook, resources)
    for index, cell in enumerate(notebook.cells):
        if cell.id in solutions:
            clear = nbgrader.ClearSolutions(
                code_stub={"python": solutions[cell.id].stub},
                begin_solution_delimeter=marked.begin,
                end_solution_delimeter=marked.end,
            )
            clear.preprocess_cell(cell, resources, index)
    for preprocessor in _last_steps(nbgrader):
        notebook, _ = preprocessor.preprocess(notebook, resources)
    return notebook


def _last_steps(nbgrader: Any) -> Iterator[Any]:
    yield nbgrader.ClearOutput()
    yield nbgrader.CheckCellMetadata()
    yield nbgrader.ComputeChecksums()
    yield nbgrader.CheckCellMetadata()


def _json(notebook: NotebookNode) -> str:
    import nbformat

    nbformat.validate(notebook)
    return str(nbformat.writes(notebook, version=4)) + "\n"
