"""Checks the notebook that is open: its definitions as they are, saved or not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from .attempt import choose
from .manifest import FILE_NAME, read_manifest
from .notebook import NotebookModule
from .outcome import NOT_ATTEMPTED, PASSED, Outcome
from .table import points_text

if TYPE_CHECKING:
    from .modules import Student

_HERE = Path(__file__).resolve().parent


def check(part: str) -> float:
    """Run the public checks of `part`, print what they found, return the points they give."""
    if Live.running or not (_HERE / FILE_NAME).is_file():
        # The module that is being checked asks for a check itself.
        return 0.0
    import pytest

    folder = _HERE.parent
    listed = read_manifest(_HERE).part(part)
    if not any(one.visible for one in listed.checks):
        print(f"{part}: all checks of this part are hidden; they run when your work is graded")
        return 0.0
    run = Live({name: _main() for name in listed.modules if _is_open(folder, name)})
    arguments = [str(folder / "checks" / f"test_{part}.py"), f"--rootdir={folder}"]
    quiet = ["-p", "no:terminal", "-p", "no:cacheprovider", "--capture=sys"]
    given = ["-o", "addopts=", "--import-mode=prepend"]
    code = pytest.main([*arguments, *quiet, *given], plugins=[run])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(
            f"{part}: the checks could not be run; type `pytest` in a terminal to see why"
        )
    print("\n".join(_lines(part, run.outcomes, listed.public_points())))
    return float(sum(outcome.points() for outcome in run.outcomes))


def student() -> Student:
    """The student's modules as attributes, whichever of script and notebook was completed."""
    from .modules import Student

    folder = _HERE.parent
    manifest = read_manifest(_HERE)
    chosen = [choose(folder, module, manifest.stubs) for module in manifest.modules]
    files = {one.module: folder / one.file for one in chosen if one.file is not None}
    return Student(folder, files)


@contextmanager
def until_written() -> Iterator[None]:
    """Skip the rest of a cell, with a word about it, while an exercise isn't written yet."""
    try:
        yield
    except NotImplementedError as error:
        print(f"Not written yet ({error}). Come back to this cell afterwards.")


class Live:
    """Hands the open notebook to the self-check plugin and takes the outcomes back.

    `running` is true while checks are run, in a terminal too.
    """

    running = False

    def __init__(self, modules: dict[str, ModuleType]) -> None:
        self.modules = modules
        self.outcomes: list[Outcome] = []


def _main() -> ModuleType:
    return sys.modules["__main__"]


def _is_open(folder: Path, module: str) -> bool:
    """Does this kernel hold the definitions of the notebook `module`?"""
    main = vars(_main())
    notebook = folder / f"{module}.ipynb"
    if "get_ipython" not in main or not notebook.is_file():
        return False
    saved = NotebookModule(module, notebook)
    try:
        saved.load()
    except ValueError:
        return False
    return any(
        getattr(main.get(name), "__module__", None) == "__main__" for name in saved.defined()
    )


def _lines(part: str, outcomes: list[Outcome], possible: float) -> Iterator[str]:
    reached = points_text(sum(outcome.points() for outcome in outcomes))
    if outcomes and all(outcome.kind == NOT_ATTEMPTED for outcome in outcomes):
        yield outcomes[0].message
    else:
        for outcome in outcomes:
            if outcome.kind == PASSED:
                yield f"passed  {outcome.check.title}"
            else:
                yield f"{outcome.kind}  " + "\n".join(outcome.lines())
    yield f"{part}: {reached} of {points_text(possible)} points in the public checks"
