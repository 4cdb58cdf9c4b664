"""`autograder release`: source → release and solutions, verified before anything is written."""

from __future__ import annotations

from pathlib import Path

from .. import course as courses
from ..course import Assignment, Course
from .outcome import OK, STALE, UsageError, complain, exit_code, say

SHOWN = 10


@exit_code
def release(course_file: Path, name: str | None, check: bool) -> int:
    """Release one assignment or all; with `check` only say what is stale."""
    course = courses.load(course_file)
    names = list(course.assignments) if name is None else [name]
    run = check_one if check else write_one
    return max(run(course, course.assignment(one)) for one in names)


def stale_files(course: Course, assignment: Assignment) -> list[str]:
    """The released paths that a new release would change."""
    from ..authoring import release as releases
    from ..authoring.errors import AuthoringError

    try:
        return releases.stale(course, assignment)
    except AuthoringError as error:
        raise UsageError(str(error)) from None


def check_one(course: Course, assignment: Assignment) -> int:
    """STALE, and which files, where release/ or solutions/ is not what source/ makes."""
    stale = stale_files(course, assignment)
    if not stale:
        say(f"{assignment.name}: release and solutions are up to date.")
        return OK
    complain(
        f"{assignment.name}: expected release/ and solutions/ as source/ makes them, found "
        f"{len(stale)} files that differ; run `autograder release` and commit what it writes"
    )
    for path in stale[:SHOWN]:
        complain(f"  {path}")
    if len(stale) > SHOWN:
        complain(f"  … and {len(stale) - SHOWN} more")
    return STALE


def write_one(course: Course, assignment: Assignment) -> int:
    """Verify and write; what was wrong is told and nothing is written."""
    from ..authoring import release as releases
    from ..authoring.errors import AuthoringError

    say(f"{assignment.name}: verifying that nothing leaks, stubs fail and the reference passes …")
    try:
        changed = releases.write(course, assignment)
    except AuthoringError as error:
        raise UsageError(str(error)) from None
    if changed:
        say(f"{assignment.name}: wrote {len(changed)} files below release/ and solutions/.")
    else:
        say(f"{assignment.name}: verified; release and solutions were up to date already.")
    return OK
