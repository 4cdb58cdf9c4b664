"""`autograder demo`: the whole way once, on the sample class that comes with the course."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import course as courses
from ..course import Assignment, Course
from ..interruption import Stopped
from .grade import grade_assignment
from .options import GradeOptions
from .outcome import OK, UsageError, exit_code, say

SAMPLE_CLASS = Path("docs/sample-class/submitted")
SELF_CHECKED = "05-loaders-bug"


@exit_code
def demo(course_file: Path, out: Path, data_root: Path | None, jobs: int | None) -> int:
    """Release, self-check one sample, grade the sample class, report."""
    started = time.monotonic()
    course = courses.load(course_file)
    assignment = next(iter(course.assignments.values()))
    sample_class = course.root / SAMPLE_CLASS
    if not sample_class.is_dir():
        raise UsageError(
            f"{sample_class}: expected the sample class, found nothing; "
            "run the demo in a clone of the repository"
        )
    _announce("1. Release: what students get")
    code = _release(course, assignment)
    if code != OK:
        return code
    with _self_check(course, assignment, sample_class / SELF_CHECKED / assignment.name) as checking:
        images, where_from = _images(assignment, data_root)
        _announce(f"2. Self-check: what the student {SELF_CHECKED} sees after typing pytest")
        say(checking.communicate()[0].strip())
    _announce("3. Grading: the sample class, each part in its own sandbox")
    if images != assignment.data:
        say(f"The demo goes on without {assignment.data}. {images}: {where_from}")
    options = GradeOptions(
        submissions=sample_class,
        assignment=assignment.name,
        out=out,
        data_root=data_root,
        data_name=images,
        jobs=jobs,
        fresh=True,
    )
    try:
        code = grade_assignment(course, assignment, options)
    except Stopped as stopped:
        stopped.advice = "The same command starts the demo again."
        raise
    say(f"The demo took {time.monotonic() - started:.0f} s. Open {out / 'report.html'} next.")
    return code


def _announce(text: str) -> None:
    say(f"\n== {text}")


def _release(course: Course, assignment: Assignment) -> int:
    from .release import release, stale_files

    if not stale_files(course, assignment):
        say(f"release/{assignment.name} and solutions/{assignment.name} are up to date.")
        return OK
    return release(course.path, assignment.name, check=False)


@contextmanager
def _self_check(
    course: Course, assignment: Assignment, sample: Path
) -> Iterator[subprocess.Popen[str]]:
    """`pytest`, running in a copy of the release with the sample's files in it."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        copy = Path(folder) / assignment.name
        shutil.copytree(course.root / "release" / assignment.name, copy)
        shutil.copytree(sample, copy, dirs_exist_ok=True)
        with subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider"],
            cwd=copy,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise


def _images(assignment: Assignment, root: Path | None) -> tuple[str, str]:
    """The name of the images that there are, and where they come from."""
    from .. import data

    try:
        found = data.load(assignment.data, root, allow_synthetic=True)
    except data.DataUnavailable as error:
        raise UsageError(str(error)) from None
    return found.name, found.origin
