"""`autograder grade`: a class of submissions → a result each, a table, a report."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .. import atomic
from .. import course as courses
from ..course import Assignment, Course, Level
from ..course.schema import NO_DATA
from ..grading.places import folder_name
from ..grading.register import not_of_the_class, read_register
from ..grading.results import Result, Status
from ..interruption import Stopped
from .options import GradeOptions
from .outcome import INTERNAL, OK, UsageError, complain, exit_code, say, the_one, trouble

if TYPE_CHECKING:
    from ..grading.batch import Graded, Plan
    from ..grading.submission import HandedIn
    from ..reports.disclosure import Rules

GPU_DRIVERS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
UNCONTAINED = "Nothing contains the submissions: --sandbox none is only for code that you trust."


@exit_code
def grade(course_file: Path, options: GradeOptions) -> int:
    """Grade the class that `options` names."""
    course = courses.load(course_file)
    return grade_assignment(course, the_one(course, options.assignment), options)


def grade_assignment(course: Course, assignment: Assignment, options: GradeOptions) -> int:
    """Grade every submission of one assignment; the exit code."""
    from ..calibrate.standing import warning
    from ..grading import submission
    from ..grading.batch import open_class
    from ..grading.checks import BrokenChecks
    from ..grading.cluster import NoCluster
    from ..grading.handin_time import BadTimes, read_table
    from ..grading.outfolder import Unusable
    from ..grading.session import NoRelease
    from ..reports import terminal

    class_: list[HandedIn] = []
    done: list[Graded] = []
    try:
        class_ = submission.find(options.submissions, assignment.name)
        times = read_table(options.submissions)
        plan = make_plan(course, assignment, options)
        say(
            f"Grading {len(class_)} submissions of {assignment.title!r}: {_images(plan)}"
            f"{plan.device}, sandbox {plan.backend}, {_where(options)}."
        )
        uncalibrated = warning(assignment, plan.data_name, plan.device)
        if uncalibrated is not None:
            complain(uncalibrated)
        scheduler = options.scheduler
        with open_class(plan, class_, options.out, options.fresh, scheduler, times) as batch:
            graded = _noted(batch.grade(options.jobs), done)
            results = terminal.follow(graded, len(class_), part_names(assignment))
            failed = write_reports(assignment, options.out, results)
            batch.finish()
    except (
        submission.NothingHandedIn, BadTimes, BrokenChecks, NoRelease, Unusable, NoCluster,
    ) as error:  # fmt: skip
        raise UsageError(str(error)) from None
    except Stopped as stopped:
        if class_:
            stopped.advice = f"{_kept(done, class_)} {_how_to_go_on(options)}"
        raise
    except OSError as error:
        raise UsageError(f"{trouble(error)} {_kept(done, class_)}") from None
    return _conclude(results, options.out, failed)


def _images(plan: Plan) -> str:
    return "" if plan.data_name == NO_DATA else f"{plan.data_name} images, "


def _where(options: GradeOptions) -> str:
    if options.scheduler is not None:
        return f"on the cluster {options.scheduler}"
    return f"{options.jobs or len(os.sched_getaffinity(0))} at a time"


def _noted(graded: Iterator[Graded], done: list[Graded]) -> Iterator[Graded]:
    for one in graded:
        done.append(one)
        yield one


def _kept(done: list[Graded], class_: list[HandedIn]) -> str:
    return f"{len(done)} of {len(class_)} submissions have a result, which is kept."


def _how_to_go_on(options: GradeOptions) -> str:
    same = "The same command without --fresh" if options.fresh else "The same command"
    return (
        f"{same} grades the rest; `autograder report {options.out}` makes a report of what is "
        "there."
    )


def make_plan(course: Course, assignment: Assignment, options: GradeOptions) -> Plan:
    """Find out what this machine can do and what it was asked to do."""
    from .. import data
    from ..grading.batch import Plan, longest_grading
    from ..sandbox.backends import BACKENDS, NoSandbox, choose
    from .private import private_files

    try:
        backend = choose(options.sandbox, private_files(course, assignment, options))
        data_name = _data_name(assignment, options)
    except (NoSandbox, data.DataUnavailable) as error:
        raise UsageError(str(error)) from None
    if not BACKENDS[backend].contains:
        complain(UNCONTAINED)
    return Plan(
        course=course.path,
        assignment=assignment.name,
        release=course.root / "release" / assignment.name,
        key=courses.secret_key(course),
        backend=backend,
        device=device(options.device, backend),
        data_name=data_name,
        data_root=data.named_root(options.data_root),
        seconds=longest_grading(assignment),
        cold=options.cold,
    )


def part_names(assignment: Assignment) -> list[str]:
    return [part.name for part in assignment.parts]


def write_reports(assignment: Assignment, out: Path, results: list[Result]) -> list[str]:
    """Write grades.csv, the class report and all feedback; what could not be written.

    Raises OSError where the disk is full.
    """
    from ..reports.class_report import write_report
    from ..reports.feedback import FILE_NAME, write_feedback
    from ..reports.grades_csv import write_grades

    register = read_register(out)
    before = {} if register is None else register.before
    rules = rules_of(assignment)
    ordered = sorted(results, key=lambda result: result.student)
    write_grades(ordered, part_names(assignment), out / "grades.csv")
    failed: list[str] = []
    for result in ordered:
        folder = out / folder_name(result.student)
        with _forgiven(folder / FILE_NAME, failed):
            write_feedback(result, folder, assignment.title, rules)
    with _forgiven(out / "report.html", failed):
        write_report(ordered, out, assignment.title, before)
    return failed


def rules_of(assignment: Assignment) -> Rules:
    """What of a result its student sees today."""
    from ..reports.disclosure import Rules

    level = assignment.feedback.level
    return Rules(
        details=level is not Level.POINTS,
        expected=level is Level.FULL,
        revealed=assignment.reveals(datetime.now().astimezone()),
    )


@contextmanager
def _forgiven(page: Path, failed: list[str]) -> Iterator[None]:
    """Go on where this page alone can't be written, and leave no page that is out of date."""
    try:
        yield
    except Exception as error:
        if isinstance(error, OSError) and atomic.is_of_the_disk(error):
            raise
        with suppress(OSError):
            page.unlink(missing_ok=True)
        if isinstance(error, OSError):
            failed.append(f"{page} could not be written: {error.strerror or error}.")
        else:
            why = "which is a fault of the kit. No score is affected."
            failed.append(f"{page} could not be written, {why}\n{traceback.format_exc()}")


def _data_name(assignment: Assignment, options: GradeOptions) -> str:
    """Which images there are; an assignment that trains on none needs none."""
    from .. import data

    if options.data_name is not None:
        return options.data_name
    if assignment.accuracy is None:
        return assignment.data
    synthetic = options.allow_synthetic
    return data.name_of_what_is_there(assignment.data, options.data_root, allow_synthetic=synthetic)


def device(wanted: str, backend: str) -> str:
    """`cpu` or `cuda`: what was wanted where workers have it, with a word where they have not."""
    if wanted == "cpu":
        return wanted
    if _has_gpu():
        from ..sandbox import gpu

        problem = gpu.problem(backend)
        if problem is None:
            return "cuda"
        complain(
            f"--device {wanted}: expected a GPU that can be used inside the sandbox {backend}, "
            f"found that {problem}; grading on the CPU."
        )
    elif wanted == "cuda":
        complain("--device cuda: expected a CUDA device, found none; grading on the CPU.")
    return "cpu"


def _has_gpu() -> bool:
    # Where there is no driver, torch need not be asked, which takes seconds to import.
    if sys.platform == "linux" and not any(map(os.path.exists, GPU_DRIVERS)):
        return False
    import torch

    return torch.cuda.is_available()


def _conclude(results: list[Result], out: Path, unwritten: list[str]) -> int:
    say(f"Results: {out / 'report.html'}, {out / 'grades.csv'}, {out}/<student>/feedback.html")
    say_who_is_left_out(out, [result.student for result in results])
    failed = [result.student for result in results if result.status is Status.INTERNAL]
    if failed:
        complain(
            f"The grader itself failed on {len(failed)} of {len(results)} submissions "
            f"({', '.join(failed)}). They keep no score; {out}/<student>/grader.log says why. "
            "Grade again when it is mended."
        )
    return max(INTERNAL if failed else OK, complain_about(unwritten))


def complain_about(unwritten: list[str]) -> int:
    """Say which pages could not be written; the exit code."""
    for why in unwritten:
        complain(why)
    return INTERNAL if unwritten else OK


def say_who_is_left_out(out: Path, students: list[str]) -> None:
    """Name those whose results lie in `out` though they are not in the class any more."""
    others = not_of_the_class(out, students)
    if others:
        say(f"Not in this class, so left out: {', '.join(others)}. Their results stay in {out}.")
