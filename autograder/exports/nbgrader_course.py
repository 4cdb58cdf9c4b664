"""Finds an nbgrader course's gradebook, and lays beside it what formgrader looks for.

Formgrader shows a submission as graded where `autograded/` has a folder for it and its time in the
gradebook is that in `submitted/`. What nbgrader put there itself is left as it is.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import atomic
from ..course import Assignment
from ..grading.contents import CLUTTER
from ..grading.handin_time import parsed
from ..grading.results import Result
from ..grading.submission import TIMESTAMP
from ..selfcheck.manifest import read_manifest
from . import nbgrader_book
from .shown_notebook import Read, shown_notebook
from .words import some_of

CONFIG, BOOK = "nbgrader_config.py", "gradebook.db"
_NAMED = 5


class NoCourse(Exception):
    """The folder holds no nbgrader course that can be written to; the message says what to do."""


@dataclass(frozen=True)
class NbgraderCourse:
    """Where a course of nbgrader has its gradebook, and where each step puts its folders."""

    root: Path
    db_url: str
    course_id: str
    directory: Any

    def submitted(self, result: Result) -> Path:
        return self._folder(self.directory.submitted_directory, result)

    def autograded(self, result: Result) -> Path:
        return self._folder(self.directory.autograded_directory, result)

    def of_assignment(self, name: str) -> list[Path]:
        """Where the assignment itself lies: for nbgrader's steps, and as it is handed out."""
        steps = (self.directory.source_directory, self.directory.release_directory)
        return [Path(self.directory.format_path(step, ".", name)) for step in steps]

    def _folder(self, step: str, result: Result) -> Path:
        return Path(self.directory.format_path(step, result.student, result.assignment))


def find_course(root: Path) -> NbgraderCourse:
    """The course in this folder, as its own configuration has it. Raises NoCourse."""
    if not any((root / name).is_file() for name in (CONFIG, BOOK)):
        raise NoCourse(
            f"{root}: expected an nbgrader course with {CONFIG} or {BOOK}, found neither; name its "
            "folder with --course, or make one with `nbgrader quickstart`"
        )
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config.loader import Config, PyFileConfigLoader

    config = Config()
    if (root / CONFIG).is_file():
        try:
            config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
        except Exception as error:
            raise NoCourse(
                f"{root / CONFIG}: expected a configuration that can be read, found "
                f"{type(error).__name__}: {error}; mend it first"
            ) from None
    config.CourseDirectory.root = str(root.resolve())
    found = CourseDirectory(config=config)
    return NbgraderCourse(root, found.db_url, found.course_id or "default_course", found)


@dataclass(frozen=True)
class Release:
    """What students got: its folder, the notebooks by module, as JSON, and the stubs' digests."""

    folder: Path
    notebooks: Mapping[str, Mapping[str, Any]]
    stubs: Mapping[str, str]


def read_release(folder: Path, assignment: Assignment) -> Release:
    """The release in `folder`. Raises NoCourse where there is none."""
    try:
        stubs = read_manifest(folder / "selfcheck").stubs
        notebooks = {
            module: json.loads((folder / f"{module}.ipynb").read_text(encoding="utf-8"))
            for module in assignment.modules
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoCourse(
            f"{folder}: expected the release that students got, found none that can be read "
            f"({type(error).__name__}); run `autograder release` and commit what it writes"
        ) from None
    return Release(folder, notebooks, stubs)


def nbgrader(
    results: Sequence[Result], assignment: Assignment, release: Path, root: Path
) -> tuple[str, ...]:
    """Write all results into the course in the folder `root`; sentences for the instructor.

    The assignment too, where the course lacks it, and nothing else where there are no results. The
    gradebook changes as a whole or not at all. Raises NoCourse.
    """
    from nbgrader.api import InvalidEntry
    from sqlalchemy.exc import SQLAlchemyError

    course, released = find_course(root), read_release(release, assignment)
    stamped = [_with_time_of(result, course) for result in results]
    try:
        with nbgrader_book.opened(course.db_url, course.course_id) as book:
            nbgrader_book.write_assignment(book, assignment, released.notebooks, stamped)
            remarks = nbgrader_book.write_results(book, assignment, released.notebooks, stamped)
    except (SQLAlchemyError, InvalidEntry) as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        reason = reason.removeprefix("(sqlite3.OperationalError) ")
        raise NoCourse(
            f"{root}: the gradebook can't be written ({reason}), and nothing in it was changed; "
            "close what else is writing to it, or run `nbgrader db upgrade`, and export again"
        ) from None
    for target in course.of_assignment(assignment.name):
        if not target.exists():
            _copy(release, target)
    bare = [result.student for result in stamped if not _lay_out(result, course, released)]
    if bare:
        remarks.append(_without_notebook(course, bare))
    return tuple(remarks)


def _without_notebook(course: NbgraderCourse, students: Sequence[str]) -> str:
    return (
        "Formgrader shows the points without a notebook of those whose work isn't in the course's "
        f"{course.directory.submitted_directory}/: {some_of(students, _NAMED, ', ')}."
    )


def _copy(folder: Path, target: Path) -> None:
    """Copy a folder, whole or not at all, without what tools leave in it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".autograder-") as place:
        leave = shutil.ignore_patterns(*CLUTTER)
        os.replace(shutil.copytree(folder, Path(place) / "copy", ignore=leave), target)


def _with_time_of(result: Result, course: NbgraderCourse) -> Result:
    """The result with the time that nbgrader goes by, where it has one of its own."""
    stamp = course.submitted(result) / TIMESTAMP
    try:
        time = parsed(stamp.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return result
    if time is None or result.submitted is None:
        return result
    submitted = result.submitted.model_copy(update={"time": time})
    return result.model_copy(update={"submitted": submitted})


def _lay_out(result: Result, course: NbgraderCourse, release: Release) -> bool:
    """Put the submitted notebooks where formgrader looks; were there any, or nothing to show?"""
    if result.score is None:
        return True
    submitted, autograded = course.submitted(result), course.autograded(result)
    stamp = submitted / TIMESTAMP
    if result.submitted is not None and not stamp.is_file():
        atomic.write_text(stamp, _stamp(result.submitted.time))
    shown = False
    for module, released in release.notebooks.items():
        target = autograded / f"{module}.ipynb"
        if not target.exists():
            made = shown_notebook(module, _reader(submitted), release.stubs, released)
            if made is not None:
                atomic.write_bytes(target, made)
        shown = shown or target.exists()
    autograded.mkdir(parents=True, exist_ok=True)
    if result.submitted is not None and not (autograded / TIMESTAMP).exists():
        atomic.write_text(autograded / TIMESTAMP, _stamp(result.submitted.time))
    return shown


def _reader(folder: Path) -> Read:
    def read(name: str) -> bytes | None:
        path = folder / name
        return path.read_bytes() if path.is_file() and not path.is_symlink() else None

    return read


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
