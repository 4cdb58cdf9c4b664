"""Makes of one source what students get and what the solutions are, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from .. import selfcheck
from ..course import Assignment, Course
from ..selfcheck.attempt import digest
from ..selfcheck.manifest import FILE_NAME, ListedPart
from .errors import AuthoringError
from .generated import CONFTEST, PYTEST_INI, colab_setup, manifest_json, settings_module
from .handout import render_handout
from .listing import list_parts
from .shipping import HANDOUT, PROGRAMME, Shipped, shipped_files

RELEASE, SOLUTIONS = "release", "solutions"
SELFCHECK = "selfcheck"
NOT_OURS = ("__pycache__", ".pytest_cache", ".ipynb_checkpoints", ".DS_Store", "data", "runs")
"""What running the notebooks, the checks or the programme leaves in a released folder."""

_Files = dict[str, bytes]


def build(course: Course, assignment: Assignment) -> _Files:
    """The contents of all files by path: `release/<name>/…` and `solutions/<name>/…`.

    They depend on the source and the course only, byte for byte. Raises AuthoringError where the
    source can't be released as it is.
    """
    parts = list_parts(assignment)
    shipped = shipped_files(assignment)
    release: dict[str, str] = {file.name: file.public for file in shipped}
    solutions: dict[str, str] = {}
    for file in shipped:
        if file.name == HANDOUT:
            release[file.name] = render_handout(file.public, file.path, course, assignment, parts)
        if file.name.removesuffix(".py") in assignment.modules or file.name == PROGRAMME:
            solutions[file.name] = file.reference
    for file, module in _modules(shipped, assignment):
        _add_notebooks(course, assignment, parts, file, module, release, solutions)
    release["settings.py"] = solutions["settings.py"] = settings_module(assignment)
    release["conftest.py"], release["pytest.ini"] = CONFTEST, PYTEST_INI
    for path in sorted(Path(selfcheck.__file__).parent.glob("*.py")):
        release[f"{SELFCHECK}/{path.name}"] = path.read_text(encoding="utf-8")
    stubs = {
        name: digest(name, release[name].encode("utf-8")) for name in _module_files(assignment)
    }
    release[f"{SELFCHECK}/{FILE_NAME}"] = manifest_json(assignment, parts, stubs)
    return _as_bytes(RELEASE, assignment, release) | _as_bytes(SOLUTIONS, assignment, solutions)


def stale(course: Course, assignment: Assignment, root: Path | None = None) -> list[str]:
    """The paths under `root` (the course's folder) that differ from a new release.

    Those missing and those that don't belong there are among them.
    """
    return _differing(build(course, assignment), assignment, root or course.root)


def write(
    course: Course, assignment: Assignment, root: Path | None = None, *, run: bool = True
) -> list[str]:
    """Verify a new release, then put it in place of the old one; gives the paths that changed.

    `run` says whether the checks and notebooks are run, too (see `verify`). Raises AuthoringError,
    and leaves the old release as it is, where something is wrong with the new one.
    """
    from .verify import verify

    root = root or course.root
    files = build(course, assignment)
    problems = verify(assignment, files, run=run)
    if problems:
        raise AuthoringError("\n".join(problems))
    changed = _differing(files, assignment, root)
    for tree in (RELEASE, SOLUTIONS):
        folder = PurePosixPath(tree, assignment.name)
        if any(PurePosixPath(name).is_relative_to(folder) for name in changed):
            _replace(root / folder, files_below(files, folder))
    return changed


def files_below(files: Mapping[str, bytes], folder: PurePosixPath | str) -> _Files:
    """The files in `folder`, by their paths in it."""
    return {
        PurePosixPath(name).relative_to(folder).as_posix(): data
        for name, data in files.items()
        if PurePosixPath(name).is_relative_to(folder)
    }


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _modules(shipped: Sequence[Shipped], assignment: Assignment) -> list[tuple[Shipped, str]]:
    files = {file.name: file for file in shipped}
    return [(files[f"{module}.py"], module) for module in assignment.modules]


def _module_files(assignment: Assignment) -> list[str]:
    return [f"{module}{end}" for module in assignment.modules for end in (".py", ".ipynb")]


def _add_notebooks(
    course: Course,
    assignment: Assignment,
    parts: Sequence[ListedPart],
    file: Shipped,
    module: str,
    release: dict[str, str],
    solutions: dict[str, str],
) -> None:
    from .notebooks import make_notebooks

    points = {part.name: float(part.public_points()) for part in parts}
    setup = colab_setup(course, assignment)
    notebooks = make_notebooks(file.source, file.path, module, points, setup)
    release[f"{module}.ipynb"] = notebooks.release
    solutions[f"{module}.ipynb"] = notebooks.reference


def _as_bytes(tree: str, assignment: Assignment, texts: Mapping[str, str]) -> _Files:
    return {
        f"{tree}/{assignment.name}/{name}": texts[name].encode("utf-8") for name in sorted(texts)
    }


def _differing(files: Mapping[str, bytes], assignment: Assignment, root: Path) -> list[str]:
    there: _Files = {}
    for tree in (RELEASE, SOLUTIONS):
        folder = root / tree / assignment.name
        for path in sorted(folder.rglob("*")):
            ours = not any(step in NOT_OURS for step in path.relative_to(folder).parts)
            if path.is_file() and ours:
                there[path.relative_to(root).as_posix()] = path.read_bytes()
    return sorted(
        name for name in files.keys() | there.keys() if files.get(name) != there.get(name)
    )


def _replace(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put `files` in place of `folder` in one step; what is NOT_OURS in it stays."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    new, old = place / "new", place / "old"
    try:
        new.mkdir()
        write_files(files, new)
        if folder.exists():
            os.rename(folder, old)
        try:
            os.rename(new, folder)
        except OSError:
            if old.exists():
                os.rename(old, folder)
            raise
        for name in NOT_OURS:
            if (old / name).exists():
                os.rename(old / name, folder / name)
    finally:
        shutil.rmtree(place, ignore_errors=True)
