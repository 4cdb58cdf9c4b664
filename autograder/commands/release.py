"""`autograder release`: source → release and solutions, verified before anything is written."""

from __future__ import annotations

from pathlib import Path

from .. import course as courses
from .outcome import OK, STALE, complain, exit_code, say, the_one


@exit_code
def release(course_file: Path, name: str | None, check: bool) -> int:
    """Release one assignment or all; with `check` only say what is stale."""
    course = courses.load(course_file)
    names = list(course.assignments)
    chosen = names if name is None else [the_one(name, names)]
    results = [_check(course, one) if check else _write(course, one) for one in chosen]
    return max(results)
