"""`autograder report`: the class report again, from the results that are there."""

from __future__ import annotations

from pathlib import Path

from .. import course as courses
from ..grading.results import read_results
from .grade import write_reports
from .outcome import OK, UsageError, exit_code, say


@exit_code
def report(course_file: Path, out: Path) -> int:
    """Write grades.csv, the feedback pages and the class report of `out` again."""
    course = courses.load(course_file)
    results = read_results(out)
    if not results:
        raise UsageError(
            f"{out}: expected results as `autograder grade` writes them, found none; "
            "name the folder given to --out"
        )
    write_reports(course.assignment(results[0].assignment), out, results)
    say(f"{len(results)} results: {out / 'report.html'}, {out / 'grades.csv'}")
    return OK
