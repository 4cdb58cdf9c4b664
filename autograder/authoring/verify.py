"""Makes sure of a release: nothing leaks, stubs fail well, the reference gets full marks.

The cheap half reads the files. The other half runs them: the checks and the notebooks, with the
stubs and with the reference.
"""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ..course import Assignment
from ..selfcheck.manifest import ListedPart
from .generated import kit_texts, settings_module
from .leaks import find_leaks
from .listing import list_parts
from .notebooks import graded_in
from .release import RELEASE, SELFCHECK, SOLUTIONS, files_below, write_files
from .shipping import shipped_files
from .small_data import write_small_data
from .stubs import STUB_TEXTS, UNWRITTEN
from .trial import run_notebook, self_check

_GENERATED = {"settings.py", "conftest.py", "pytest.ini"}
_CELL_METADATA = {"tags", "nbgrader", "deletable", "editable"}
_NOTEBOOK_METADATA = {"kernelspec", "language_info"}
_SIDE_BY_SIDE = 2


def verify(
    assignment: Assignment,
    files: Mapping[str, bytes],
    *,
    run: bool = True,
    data_root: Path | None = None,
) -> list[str]:
    """What is wrong with a release as `build` makes it, a line for people each; best is nothing.

    `run` says whether checks and notebooks are run too, which takes minutes. They are only run
    where nothing else is wrong. The notebooks find their images below `data_root`; where it is
    None, a few are drawn.
    """
    release = files_below(files, f"{RELEASE}/{assignment.name}")
    solutions = files_below(files, f"{SOLUTIONS}/{assignment.name}")
    parts = list_parts(assignment)
    problems = [*_read(assignment, parts, release, solutions)]
    if run and not problems:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name).resolve()
            if data_root is None:
                data_root = folder / "data"
                write_small_data(data_root)
            trials = _check_trials(assignment, parts, release, solutions, folder)
            trials += _notebook_trials(assignment, parts, release, solutions, folder, data_root)
            with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
                problems += [found for some in pool.map(lambda t: t(), trials) for found in some]
    return problems


def _read(
    assignment: Assignment,
    parts: tuple[ListedPart, ...],
    release: Mapping[str, bytes],
    solutions: Mapping[str, bytes],
) -> Iterator[str]:
    shipped = shipped_files(assignment)
    allowed = {file.name for file in shipped} | _GENERATED
    allowed |= {f"{module}.ipynb" for module in assignment.modules}
    for name in release:
        if name not in allowed and not name.startswith(f"{SELFCHECK}/"):
            yield f"{name}: expected a file that is meant for students, found it in the release"
    known = [check.title for part in parts for check in part.checks]
    known += [*kit_texts(), *STUB_TEXTS, settings_module(assignment)]
    yield from find_leaks(shipped, assignment.folder, known, release)
    for files in (release, solutions):
        for name, data in files.items():
            if name.endswith(".py"):
                yield from _python_problems(name, data)
            elif name.endswith(".ipynb"):
                yield from notebook_problems(name, data)


def _python_problems(name: str, data: bytes) -> Iterator[str]:
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError) as error:
        yield f"{name}: expected Python that can be parsed, found: {error}"
        return
    for node in ast.walk(tree):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [node.module]
        if any(module.partition(".")[0] == "autograder" for module in modules):
            yield f"{name}: expected imports that students can make, found one of the autograder"


def notebook_problems(name: str, data: bytes) -> Iterator[str]:
    """What nbformat, nbgrader or a careful reader finds wrong with a notebook for students."""
    import nbformat
    from nbgrader.nbgraderformat import MetadataValidator

    try:
        notebook: Any = nbformat.reads(data.decode("utf-8"), as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
    except Exception as error:
        found = str(error).partition("\n")[0]
        yield f"{name}: expected a notebook that nbgrader accepts, found: {found}"
        return
    metadata = set(notebook.metadata) - _NOTEBOOK_METADATA
    for cell in notebook.cells:
        metadata |= set(cell.metadata) - _CELL_METADATA
        if cell.get("outputs") or cell.get("execution_count") or cell.get("attachments"):
            yield f"{name}: expected cells without outputs, found some in {cell.id}"
    if metadata:
        yield f"{name}: expected no other metadata, found {', '.join(sorted(metadata))}"


def _run_checks(
    assignment: Assignment,
    parts: tuple[ListedPart, ...],
    release: Mapping[str, bytes],
    solutions: Mapping[str, bytes],
    folder: Path,
) -> Iterator[str]:
    visible = {check.id for part in parts for check in part.checks if check.visible}
    scripts = {f"{module}.py" for module in assignment.modules}
    notebooks = {f"{module}.ipynb" for module in assignment.modules}
    started = {name: release[name] + b"\n# A first line.\n_STARTED = True\n" for name in scripts}
    for what, changes, wanted in (
        ("the untouched stubs", {}, "not attempted"),
        ("stubs with a line added", started, "not attempted"),
        ("the reference scripts", {name: solutions[name] for name in scripts}, "passed"),
        ("the reference notebooks", {name: solutions[name] for name in notebooks}, "passed"),
    ):
        place = folder / what.replace(" ", "-")
        write_files({**release, **changes}, place)
        done = self_check(place)
        for error in done.errors:
            yield f"self-check of {what}: expected checks that run, found {error}"
        for check in sorted(visible | done.ends.keys()):
            end = done.ends.get(check)
            if end is None or end.kind != wanted:
                found = f"{end.kind} ({end.message.strip()})" if end else "no such check"
                yield f"self-check of {what}: {check}: expected {wanted!r}, found {found}"


def _run_notebooks(
    assignment: Assignment,
    parts: tuple[ListedPart, ...],
    release: Mapping[str, bytes],
    solutions: Mapping[str, bytes],
    folder: Path,
) -> list[str]:
    data_root = folder / "data"
    write_small_data(data_root)
    points = {part.name: part.public_points() for part in parts}
    stubs, filled = folder / "stub-notebooks", folder / "filled-notebooks"
    write_files(release, stubs)
    notebooks = [f"{module}.ipynb" for module in assignment.modules]
    write_files({**release, **{name: solutions[name] for name in notebooks}}, filled)

    def tried(path: Path) -> list[str]:
        wanted = points if path.parent == filled else None
        return [*_notebook_run_problems(path, data_root, wanted)]

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        paths = [place / name for place in (stubs, filled) for name in notebooks]
        return [problem for found in pool.map(tried, paths) for problem in found]


def _notebook_run_problems(
    path: Path, data_root: Path, points: Mapping[str, float] | None
) -> Iterator[str]:
    """`points` are those a filled-in notebook has to reach; None stands for the stubs."""
    what = f"{path.name} with {'the stubs' if points is None else 'the reference'}"
    done = run_notebook(path, data_root)
    for error in done.errors:
        yield f"{what}: expected it to run from top to bottom, found {error}"
    if points is not None and UNWRITTEN in done.output:
        line = next(line for line in done.output.splitlines() if UNWRITTEN in line)
        yield f"{what}: expected everything written, found {line!r}"
    for cell, value in done.values.items():
        part = graded_in(cell)
        wanted = repr(float(points.get(part, 0) if points else 0)) if part else value
        if value != wanted:
            yield f'{what}: expected check("{part}") to give {wanted}, found {value}'
