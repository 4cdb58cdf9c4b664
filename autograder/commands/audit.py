"""`autograder audit`: is each bug caught, and does correct code keep full marks?"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import course as courses
from ..course import Assignment, Course
from ..interruption import Stopped
from .options import GradeOptions
from .outcome import INTERNAL, OK, UsageError, complain, exit_code, say, the_one

if TYPE_CHECKING:
    from ..audit.subjects import Task
    from ..grading.batch import Plan
    from ..grading.results import PartResult

TOO_LOW = 1
KEY = hashlib.sha256(b"autograder audit").digest()
"""A key of its own: an audit tells no secret, and is the same on every machine."""


@dataclass(frozen=True)
class AuditOptions:
    """The options of `autograder audit`, as they were typed."""

    assignment: str | None = None
    part: str | None = None
    since: str | None = None
    min_score: float | None = None
    rounds: int = 10
    out: Path = Path("audit")
    data_root: Path | None = None
    allow_synthetic: bool = False
    jobs: int | None = None
    sandbox: str = "auto"


@exit_code
def audit(course_file: Path, options: AuditOptions) -> int:
    """Audit the checks of one assignment."""
    from ..audit.audit import Auditor
    from ..audit.bench import GraderFailed, open_bench
    from ..audit.errors import AuditError
    from ..audit.findings import passes
    from ..audit.reference import reference
    from ..audit.results import write_audit
    from ..audit.selection import Wanted, parts_to_audit, select
    from ..authoring.errors import AuthoringError
    from ..grading.checks import BrokenChecks
    from ..grading.outfolder import Unusable
    from ..grading.session import NoRelease
    from ..reports.audit_page import write_page
    from ..reports.audit_terminal import show_audit

    course = courses.load(course_file)
    assignment = the_one(course, options.assignment)
    wanted = Wanted(options.part, options.since)
    try:
        parts = parts_to_audit(assignment, wanted)
        selection = select(assignment, course.path, wanted)
        plan = _plan(course, assignment, options)
        say(
            f"Auditing the checks of {assignment.title!r}: {len(selection.mutants)} mutants, "
            f"{len(selection.wheats)} wheats, sandbox {plan.backend}, "
            f"{options.jobs or len(os.sched_getaffinity(0))} at a time."
        )
        with open_bench(plan, assignment, options.out, options.jobs) as bench:
            names = frozenset(part.name for part in parts)
            modules = reference(assignment)
            auditor = Auditor(bench, assignment, modules, options.rounds, _watch, names)
            found = auditor.audit(selection)
            write_audit(found, options.out)
            page = write_page(found, options.out)
    except (AuditError, AuthoringError, BrokenChecks, NoRelease, Unusable) as error:
        raise UsageError(str(error)) from None
    except GraderFailed as error:
        complain(
            f"{error}\nThis is a fault of the kit or of a check, and nothing was judged by it."
        )
        return INTERNAL
    except Stopped as stopped:
        stopped.advice = "What has been graded is kept; the same command goes on."
        raise
    show_audit(found)
    say(f"Report: {page}")
    for complaint in found.complaints:
        complain(complaint)
    if found.complaints:
        raise UsageError("The list of equivalent mutants is wrong, as said above.")
    return OK if options.min_score is None or passes(found, options.min_score) else TOO_LOW


def _plan(course: Course, assignment: Assignment, options: AuditOptions) -> Plan:
    """How to grade: as a class is, on the CPU, with a key that everybody knows."""
    from .. import data
    from ..audit.ground import uses_images
    from ..audit.selection import Wanted, parts_to_audit
    from ..grading.batch import Plan, longest_grading
    from ..sandbox.backends import NoSandbox, choose
    from .private import private_files

    grading = GradeOptions(submissions=options.out, out=options.out, data_root=options.data_root)
    parts = parts_to_audit(assignment, Wanted(options.part))
    try:
        backend = choose(options.sandbox, private_files(course, assignment, grading))
        data_name = "no"
        if any(uses_images(assignment, part) for part in parts):
            root, synthetic = options.data_root, options.allow_synthetic
            data_name = data.load(assignment.data, root, allow_synthetic=synthetic).name
    except (NoSandbox, data.DataUnavailable) as error:
        raise UsageError(str(error)) from None
    return Plan(
        course=course.path,
        assignment=assignment.name,
        release=course.root / "release" / assignment.name,
        key=KEY,
        backend=backend,
        device="cpu",
        data_name=data_name,
        data_root=data.named_root(options.data_root),
        seconds=longest_grading(assignment),
    )


def _watch(
    graded: Iterable[tuple[Task, PartResult]], total: int, word: str
) -> Iterator[tuple[Task, PartResult]]:
    from ..reports.audit_terminal import watched

    return watched(graded, total, word)
