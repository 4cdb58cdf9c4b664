"""`autograder report`: the class report again, from the results that are there."""

from __future__ import annotations

from pathlib import Path

from .. import course as courses
from ..grading.register import read_register
from ..grading.results import read_results
from .grade import complain_about, say_who_is_left_out, write_reports
from .outcome import UsageError, exit_code, say


@exit_code
def report(course_file: Path, out: Path) -> int:
    """Write grades.csv, the feedback pages and the report of the class graded last to `out`."""
    course = courses.load(course_file)
    register = read_register(out)
    found = {result.student: result for result in read_results(out)}
    students = list(found) if register is None else list(register.students)
    results = [found[student] for student in students if student in found]
    if not results:
        raise UsageError(
            f"{out}: expected results as `autograder grade` writes them, found none; "
            "name the folder given to --out"
        )
    unwritten = write_reports(course.assignment(results[0].assignment), out, results)
    say(f"{len(results)} results: {out / 'report.html'}, {out / 'grades.csv'}")
    missing = [student for student in students if student not in found]
    if missing:
        say(f"Not graded yet, so left out: {', '.join(missing)}. `autograder grade` goes on.")
    say_who_is_left_out(out, students)
    return complain_about(unwritten)
