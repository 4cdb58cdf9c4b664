"""`autograder show`: one student's feedback on the terminal, or as Markdown."""

from __future__ import annotations

import sys
from pathlib import Path

from .. import course as courses
from ..grading.places import folder_name
from ..grading.results import read_result, read_results, with_figures
from .grade import rules_of
from .outcome import OK, UsageError, exit_code


@exit_code
def show(course_file: Path, out: Path, student: str, as_markdown: bool) -> int:
    """Print what `student` may read in feedback.html."""
    from rich.console import Console

    from ..reports.markdown import markdown
    from ..reports.plain_text import show_told
    from ..reports.printable import encodable
    from ..reports.telling import tell

    course = courses.load(course_file)
    folder = out / folder_name(student)
    result = read_result(folder)
    if result is None:
        known = [one.student for one in read_results(out)]
        there = f"there is {', '.join(known)}" if known else "`autograder grade` writes them"
        raise UsageError(f"{out}: expected a result of {student!r}, found none; {there}")
    assignment = course.assignment(result.assignment)
    told = tell(with_figures(result, folder), rules_of(assignment), assignment.title)
    if as_markdown:
        print(encodable(markdown(told), sys.stdout.encoding or "utf-8"), end="")
    else:
        show_told(told, Console(highlight=False))
    return OK
