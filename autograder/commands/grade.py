"""`autograder grade`: a class of submissions → a result each, a table, a report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .. import course as courses
from ..course import Assignment, Course
from ..grading.results import Result, Status
from .options import GradeOptions
from .outcome import INTERNAL, OK, UsageError, complain, exit_code, say, the_one

if TYPE_CHECKING:
    from ..grading.batch import Plan

UNCONTAINED = "Nothing contains the submissions: --sandbox none is only for code that you trust."


@exit_code
def grade(course_file: Path, options: GradeOptions) -> int:
    """Grade the class that `options` names."""
    course = courses.load(course_file)
    return grade_assignment(course, the_one(course, options.assignment), options)


def grade_assignment(course: Course, assignment: Assignment, options: GradeOptions) -> int:
    """Grade every submission of one assignment; the exit code."""
    from ..grading import submission
    from ..grading.batch import grade_class
    from ..grading.checks import BrokenChecks
    from ..grading.session import NoRelease
    from ..reports import terminal

    jobs = options.jobs or len(os.sched_getaffinity(0))
    try:
        class_ = submission.find(options.submissions, assignment.name)
        plan = make_plan(course, assignment, options)
        say(
            f"Grading {len(class_)} submissions of {assignment.title!r}: {plan.data_name} images, "
            f"{plan.device}, sandbox {plan.backend}, {jobs} at a time."
        )
        graded = grade_class(plan, class_, options.out, jobs, options.fresh)
        results = terminal.follow(graded, len(class_), part_names(assignment))
    except (submission.NothingHandedIn, BrokenChecks, NoRelease) as error:
        raise UsageError(str(error)) from None
    write_reports(assignment, options.out, results)
    return _conclude(results, options.out)


def make_plan(course: Course, assignment: Assignment, options: GradeOptions) -> Plan:
    """Find out what this machine can do and what it was asked to do."""
    from .. import data
    from ..grading.batch import Plan
    from ..sandbox.backends import NoSandbox, choose
    from .private import private_files

    try:
        backend = choose(options.sandbox, private_files(course, assignment, options))
        data_name = _data_name(assignment, options)
    except (NoSandbox, data.DataUnavailable) as error:
        raise UsageError(str(error)) from None
    if backend == "none":
        complain(UNCONTAINED)
    return Plan(
        course=course.path,
        assignment=assignment.name,
        release=course.root / "release" / assignment.name,
        key=courses.secret_key(course),
        backend=backend,
        device=device(options.device),
        data_name=data_name,
        data_root=options.data_root,
    )


def part_names(assignment: Assignment) -> list[str]:
    return [part.name for part in assignment.parts]


def write_reports(assignment: Assignment, out: Path, results: list[Result]) -> None:
    """Write grades.csv, the class report and every feedback page."""
    from ..reports.class_report import write_report
    from ..reports.feedback import write_feedback
    from ..reports.grades_csv import write_grades

    ordered = sorted(results, key=lambda result: result.student)
    write_grades(ordered, part_names(assignment), out / "grades.csv")
    for result in ordered:
        write_feedback(result, out / result.student, assignment.title)
    write_report(ordered, out, assignment.title)


def _data_name(assignment: Assignment, options: GradeOptions) -> str:
    """Which images there are; an assignment that trains on none needs none."""
    from .. import data

    if options.data_name is not None:
        return options.data_name
    if assignment.accuracy is None:
        return assignment.data
    synthetic = options.allow_synthetic
    return data.load(assignment.data, options.data_root, allow_synthetic=synthetic).name


def device(wanted: str) -> str:
    """`cpu` or `cuda`: what was wanted where it is there, with a word where it is not."""
    import torch

    if wanted == "cpu" or torch.cuda.is_available():
        return "cpu" if wanted == "cpu" else "cuda"
    if wanted == "cuda":
        complain("--device cuda: expected a CUDA device, found none; grading on the CPU.")
    return "cpu"


def _conclude(results: list[Result], out: Path) -> int:
    say(f"Results: {out / 'report.html'}, {out / 'grades.csv'}, {out}/<student>/feedback.html")
    failed = [result.student for result in results if result.status is Status.INTERNAL]
    if not failed:
        return OK
    listed = ", ".join(failed)
    complain(
        f"The grader itself failed on {len(failed)} of {len(results)} submissions ({listed}). "
        f"They keep no score; {out}/<student>/grader.log says why. Grade again when it is mended."
    )
    return INTERNAL
