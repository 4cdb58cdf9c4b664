"""`autograder export`: results in the formats of other programs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .. import atomic
from .. import course as courses
from ..course import Assignment
from ..grading.register import read_register
from ..grading.results import Result, read_results
from .outcome import OK, UsageError, exit_code, say, trouble


@dataclass(frozen=True)
class ExportOptions:
    """The options of `autograder export`, as they were typed."""

    out: Path
    to: Path | None = None
    sheet: Path | None = None
    column: str | None = None
    scaled: bool = False


@exit_code
def export(course_file: Path, name: str, options: ExportOptions) -> int:
    """Write the results in `options.out` in the format called `name`."""
    from ..exports.formats import FORMATS, Wanted
    from ..exports.sheet import BadSheet

    wanted_format = FORMATS[name]
    assignment, results = graded_class(course_file, options.out)
    wanted = Wanted(
        assignment=assignment,
        sheet=options.sheet,
        data=b"" if options.sheet is None else _content(options.sheet, wanted_format.fills),
        column=options.column,
        scaled=options.scaled,
        environment=os.environ,
    )
    told = results if name == "csv" else for_students(assignment, results)
    try:
        made = wanted_format.write(told, wanted)
    except BadSheet as error:
        raise UsageError(str(error)) from None
    targets = _targets(name, options, list(made.files))
    for file, data in made.files.items():
        atomic.write_bytes(targets[file], data)
    for remark in made.remarks:
        say(remark)
    where = os.path.commonpath(targets.values())
    say(f"{len(results)} results as {wanted_format.about}: {where}")
    return OK


def _targets(name: str, options: ExportOptions, files: list[str]) -> dict[str, Path]:
    """Where each file goes. A file to fill stays as it is unless --to names it."""
    if options.sheet is not None:
        beside = options.sheet.with_name(f"{options.sheet.stem}-graded{options.sheet.suffix}")
        return dict.fromkeys(files, options.to or beside)
    if name == "csv" and options.to is not None:
        return dict.fromkeys(files, options.to)
    folder = options.to or options.out / "exports" / name
    return {file: folder / file for file in files}


@exit_code
def export_nbgrader(course_file: Path, out: Path, nbgrader_course: Path) -> int:
    """Write the results in `out` into the gradebook of an nbgrader course."""
    from ..exports.nbgrader_course import NoCourse, nbgrader

    course = courses.load(course_file)
    assignment, results = graded_class(course_file, out)
    release = course.root / "release" / assignment.name
    try:
        told = for_students(assignment, results)
        remarks = nbgrader(told, assignment, release, nbgrader_course)
    except NoCourse as error:
        raise UsageError(str(error)) from None
    for remark in remarks:
        say(remark)
    say(f"{len(results)} results in the gradebook of {nbgrader_course}.")
    return OK


def graded_class(course_file: Path, out: Path) -> tuple[Assignment, list[Result]]:
    """The assignment and the results of the class graded last to `out`, by student."""
    course = courses.load(course_file)
    register = read_register(out)
    found = {result.student: result for result in read_results(out)}
    students = list(found) if register is None else list(register.students)
    results = [found[student] for student in sorted(students) if student in found]
    if not results:
        raise UsageError(
            f"{out}: expected results as `autograder grade` writes them, found none; "
            "name the folder given to --out"
        )
    missing = [student for student in students if student not in found]
    if missing:
        say(f"Not graded yet, so left out: {', '.join(missing)}. `autograder grade` goes on.")
    return course.assignment(results[0].assignment), results


def for_students(assignment: Assignment, results: list[Result]) -> list[Result]:
    """The results with what students may not see taken out, as their feedback pages have them."""
    from ..reports.disclosure import for_student
    from .grade import rules_of

    rules = rules_of(assignment)
    return [for_student(result, rules) for result in results]


def _content(sheet: Path, fills: str) -> bytes:
    try:
        return sheet.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise UsageError(
            f"{sheet}: expected the file to fill, found none; export it first: {fills}"
        ) from None
    except OSError as error:
        raise UsageError(trouble(error)) from None
