"""`autograder package`: lets another service or program grade with this kit."""

from __future__ import annotations

from pathlib import Path

from .. import atomic
from .. import course as courses
from .outcome import OK, UsageError, exit_code, say, the_one


@exit_code
def package_gradescope(
    course_file: Path, name: str | None, to: Path, data_root: Path | None, index: str | None
) -> int:
    """Write the autograder that Gradescope makes an image of."""
    from ..packaging.gradescope import NoPackage, gradescope_package

    course = courses.load(course_file)
    assignment = the_one(course, name)
    images = _images(data_root)
    key = courses.secret_key(course)
    try:
        data = gradescope_package(course, assignment.name, key, images, index)
    except NoPackage as error:
        raise UsageError(str(error)) from None
    atomic.write_bytes(to, data)
    where = "included" if images else "fetched when Gradescope builds the image"
    say(
        f"{to}: {len(data) / 1e6:.1f} MB, images {where}. It holds the course's key, the checks "
        "and the reference: give it to nobody but Gradescope."
    )
    return OK


@exit_code
def package_nbgrader(course_file: Path, name: str | None, nbgrader_course: Path) -> int:
    """Put the assignment into an nbgrader course, so that `nbgrader autograde` can grade it."""
    from ..exports.nbgrader_course import NoCourse, nbgrader

    course = courses.load(course_file)
    assignment = the_one(course, name)
    try:
        nbgrader([], assignment, course.root / "release" / assignment.name, nbgrader_course)
    except NoCourse as error:
        raise UsageError(str(error)) from None
    say(f"{assignment.name} is in {nbgrader_course}: source/, release/ and the gradebook.")
    return OK


@exit_code
def package_github(course_file: Path, name: str | None, to: Path | None) -> int:
    """Write a workflow that grades a class on GitHub."""
    from ..packaging.github import github_workflow

    course = courses.load(course_file)
    assignment = the_one(course, name)
    to = to or course.root / ".github" / "workflows" / f"grade-{assignment.name}.yml"
    atomic.write_text(to, github_workflow(course, assignment.name))
    say(f"{to}: put the course's key into the repository's secret {course.key.environment}.")
    return OK


def _images(data_root: Path | None) -> dict[str, bytes]:
    """The data set's files in the folder that was named, packed; none where none was."""
    from ..data import DataUnavailable, named_root
    from ..data.mnist import packed_files

    root = named_root(data_root)
    try:
        return {} if root is None else packed_files(root)
    except DataUnavailable as error:
        raise UsageError(str(error)) from None
