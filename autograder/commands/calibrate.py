"""`autograder calibrate`: the reference and others under many keys → calibration.json."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from .. import course as courses
from ..course import Assignment, Course
from ..interruption import Stopped
from .grade import make_plan
from .options import GradeOptions
from .outcome import INTERNAL, OK, UsageError, complain, exit_code, say, the_one, trouble

if TYPE_CHECKING:
    from ..calibrate.kept import Kept
    from ..calibrate.measuring import MeasuringPlan
    from ..calibrate.record import Calibration, Setting
    from ..calibrate.runner import Done, Grade, ToDo

WIDTH = 110  # where the lines go to a file, which has no width of its own


@dataclass(frozen=True)
class CalibrateOptions:
    """The options of `autograder calibrate`, as they were typed."""

    assignment: str | None = None
    keys: int = 500
    other_keys: int = 3
    rate: float = 1e-6
    data_root: Path | None = None
    synthetic: bool = False
    jobs: int | None = None
    device: str = "auto"
    sandbox: str = "auto"
    fresh: bool = False


@exit_code
def calibrate(course_file: Path, options: CalibrateOptions) -> int:
    """Measure, say what was found, and write it into the assignment's folder."""
    from ..calibrate.findings import TooFew, setting_of
    from ..calibrate.kept import kept_runs
    from ..calibrate.measuring import NothingToMeasure, measured_parts
    from ..calibrate.record import BadRecord, Kind, read_calibration
    from ..calibrate.runner import to_do
    from ..calibrate.runs import by_variant
    from ..calibrate.variants import BadVariant, variants_of
    from ..grading.checks import BrokenChecks
    from ..grading.session import NoRelease

    course = courses.load(course_file)
    assignment = the_one(course, options.assignment)
    try:
        measured_parts(assignment)
        earlier = read_calibration(assignment)
        variants = variants_of(course, assignment)
        plan = _plan(course, assignment, options)
        kept = kept_runs(runs_folder(), assignment, plan.data_name, plan.device)
        others = min(options.other_keys, options.keys)
        keys = {Kind.REFERENCE: options.keys, Kind.WHEAT: others, Kind.WEAK: others}
        wanted = to_do(variants, keys)
        say(
            f"Calibrating {assignment.title!r}: {plan.data_name} images, {plan.device}, sandbox "
            f"{plan.backend}; {len(wanted)} runs of {len(variants)} submissions."
        )
        done = _measured(plan, wanted, kept, options)
        setting = setting_of(
            assignment, plan.data_name, plan.device, by_variant(done), variants, options.rate
        )
    except (NothingToMeasure, BadVariant, BadRecord, BrokenChecks, NoRelease, TooFew) as error:
        raise UsageError(str(error)) from None
    _tell(setting)
    written = earlier.having(setting)
    _write(written, assignment)
    failed = [one for one in done if one.measured is None]
    if failed:
        complain(
            f"The grader itself failed on {len(failed)} of {len(done)} runs, which count for "
            f"nothing. The first was {failed[0].to_do.variant.name}, key {failed[0].to_do.number}: "
            f"{failed[0].problem.strip()}"
        )
    return INTERNAL if failed else OK


def runs_folder() -> Path:
    """Where runs are kept for the next time: the user's cache, since a file a run is no record."""
    from ..data.mnist import cache_folder

    return cache_folder() / "calibrate"


def _plan(course: Course, assignment: Assignment, options: CalibrateOptions) -> MeasuringPlan:
    from ..calibrate.measuring import MeasuringPlan

    grading = GradeOptions(
        submissions=course.root,
        data_root=options.data_root,
        data_name="synthetic" if options.synthetic else None,
        device=options.device,
        sandbox=options.sandbox,
    )
    plan = make_plan(course, assignment, grading)
    return MeasuringPlan(**{field.name: getattr(plan, field.name) for field in fields(plan)})


def _measured(
    plan: MeasuringPlan, wanted: list[ToDo], kept: Kept, options: CalibrateOptions
) -> list[Done]:
    """All runs, those of earlier calibrations among them."""
    from ..calibrate.progress import watched
    from ..calibrate.runner import measure

    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    done: list[Done] = []
    jobs = options.jobs or len(os.sched_getaffinity(0))
    try:
        with _slots(plan) as grade, tempfile.TemporaryDirectory(prefix="autograder-") as folder:
            runs = measure(wanted, kept, grade, jobs, Path(folder), fresh=options.fresh)
            for one in watched(runs, len(wanted), console):
                done.append(one)
    except Stopped as stopped:
        stopped.advice = f"{_progress(done, wanted)} The same command goes on from there."
        raise
    except OSError as error:
        raise UsageError(f"{trouble(error)} {_progress(done, wanted)}") from None
    return done


def _progress(done: list[Done], wanted: list[ToDo]) -> str:
    return f"{len(done)} of {len(wanted)} runs are done and kept."


@contextmanager
def _slots(plan: MeasuringPlan) -> Iterator[Grade]:
    """Slots that grade by this plan, with the images in memory once; nothing is left of them."""
    from ..grading.slots import Slots
    from ..sandbox.backends import BACKENDS

    clear = BACKENDS[plan.backend].clear_unused
    clear()
    with ExitStack() as stack:
        stack.callback(clear)
        if sys.platform == "linux":
            shared = stack.enter_context(tempfile.TemporaryFile(prefix="autograder-"))
            plan = replace(plan, images_file=shared.fileno())
        slots = stack.enter_context(Slots(plan))
        slots.require_sound_checks()
        yield slots.grade


def _tell(setting: Setting) -> None:
    from ..calibrate.words import sentences, table_of

    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    console.print(table_of(setting))
    for sentence in sentences(setting):
        say(sentence)


def _write(calibration: Calibration, assignment: Assignment) -> None:
    from ..calibrate.figure import write_figure
    from ..calibrate.record import write_calibration

    figure = write_figure(calibration, assignment.folder)
    say(f"Written: {write_calibration(calibration, assignment)}, {figure}. Commit both.")
