"""Makes sure of a release: nothing leaks, stubs fail well, the reference gets full marks.

The cheap half reads the files. The other half runs them: the checks and the notebooks, with the
stubs and with the reference.
"""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..course import Assignment
from ..selfcheck.manifest import ListedPart
from .generated import kit_texts, settings_module
from .leaks import find_leaks
from .listing import list_parts
from .release import RELEASE, SELFCHECK, SOLUTIONS, files_below
from .shipping import shipped_files
from .stubs import STUB_TEXTS
from .tryout import Stage, small_data, try_out

_GENERATED = {"settings.py", "conftest.py", "pytest.ini"}
_CELL_METADATA = {"tags", "nbgrader", "deletable", "editable"}
_NOTEBOOK_METADATA = {"kernelspec", "language_info"}


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
            stage = Stage(assignment, parts, release, solutions, folder)
            problems += try_out(stage, data_root or small_data(folder))
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
        notebook: Any = nbformat.reads(data.decode("utf-8"), as_version=4)
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
