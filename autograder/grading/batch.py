"""Grades a class: submissions side by side, each with its own result, whatever the others do."""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .. import atomic, interruption
from ..sandbox import launch
from ..sandbox.backends import BACKENDS
from .cluster import Cluster
from .digests import digest_under_key
from .environment import pytest_by_itself
from .handin_time import the_earlier, time_of
from .lateness import settled
from .outfolder import LOG_NAME, Unusable, require_space_to_work, taken
from .places import folder_name
from .register import Register, begun, read_register, write_register
from .results import (
    Result,
    Standing,
    Status,
    Submitted,
    read_result,
    without_figures,
    write_result,
)
from .session import Grader
from .slot import Answer, Lost
from .slots import Slots
from .submission import HandedIn, read

if TYPE_CHECKING:
    from ..course import Assignment
    from ..data import ImageData

SLACK_SECONDS = 300.0


@dataclass(frozen=True)
class Plan:
    """Everything a slot needs to grade, in a form that can be sent to another process.

    A submission that takes longer than `seconds` is given up: the grader must be stuck. Workers
    are started from nothing where `cold`. `images_file` is the descriptor of a file for the images
    that slots share.
    """

    course: Path
    assignment: str
    release: Path
    key: bytes = field(repr=False)
    backend: str
    device: str
    data_name: str
    data_root: Path | None
    seconds: float
    cold: bool = False
    images_file: int | None = None

    def grader(self) -> Grader:
        """A grader for this plan."""
        from .. import course as courses

        assignment = courses.load(self.course).assignments[self.assignment]
        grader = Grader(
            assignment=assignment,
            release=self.release,
            key=self.key,
            backend=self.backend,
            device=self.device,
            data_name=self.data_name,
            load_images=self.load_images,
            cold=self.cold,
        )
        grader.checks_digest = digest_under_key(grader.checks_digest, self.key)
        return grader

    def load_images(self) -> ImageData:
        """The images that the plan was made with."""
        from .. import data

        load = partial(data.load, self.data_name, self.data_root, allow_synthetic=False)
        return load() if self.images_file is None else data.load_shared(self.images_file, load)


@dataclass(frozen=True)
class Graded:
    """A submission that has its result; `kept` where it is the one from an earlier grading.

    `before` is where the student stood after the last grading that was not stopped.
    """

    result: Result
    before: Standing | None
    kept: bool


@dataclass
class Batch:
    """A class whose results go to `out`, to which nobody else writes meanwhile."""

    plan: Plan
    class_: list[HandedIn]
    out: Path
    _grader: Grader
    _slots: Slots | Cluster
    _register: Register
    _times: Mapping[str, Submitted] = field(default_factory=dict)

    def grade(self, jobs: int | None = None) -> Iterator[Graded]:
        """Each submission once its result is written, `jobs` side by side or as many as can be.

        What has not changed since an earlier grading is kept; of the rest, those come first that
        nothing is known of, then those that took longest. A fault of the grader gives the status
        `internal` to the submission that it hit and leaves the others alone. Raises OSError where
        the disk is full, and Stopped.
        """
        to_do = []
        for handed_in in self.class_:
            result = self._current(handed_in)
            if result is None:
                to_do.append(handed_in)
            else:
                yield self._graded(self._settled_again(handed_in, result), kept=True)
        # One that takes long and comes last would have the others' slots wait for it.
        to_do.sort(key=self._seconds_before, reverse=True)
        for handed_in, answer in self._answers(to_do, jobs or self._slots.width):
            yield self._graded(self._written(handed_in, answer), kept=False)

    def finish(self) -> None:
        """Note that all is done, the reports too."""
        self._note(self._register.finished())

    def _current(self, handed_in: HandedIn) -> Result | None:
        """The result of an earlier grading where another one would give the same."""
        grader, result = self._grader, read_result(self._folder(handed_in.student))
        if (
            result is None
            or result.status is not Status.GRADED
            or result.checks_digest != grader.checks_digest
            or result.sandbox != grader.backend
            or handed_in.student in self._register.again
        ):
            return None
        try:
            submission = read(handed_in, grader.assignment, dict(grader.manifest.stubs))
        except Exception:
            # Whatever it is, it comes up again when the submission is graded, and is told then.
            return None
        return result if result.submission_digest == submission.digest else None

    def _seconds_before(self, handed_in: HandedIn) -> float:
        result = read_result(self._folder(handed_in.student))
        return math.inf if result is None else result.seconds

    def _answers(self, to_do: list[HandedIn], jobs: int) -> Iterator[tuple[HandedIn, Answer]]:
        again = []
        for handed_in, answer in self._slots.grade(to_do, jobs):
            if isinstance(answer, Lost) and not answer.stuck:
                again.append(handed_in)
            else:
                yield handed_in, _some(answer)
        # What took its process along is tried once more, with the machine to itself.
        for handed_in, answer in self._slots.grade(again, at_once=1):
            yield handed_in, _some(answer)

    def _written(self, handed_in: HandedIn, answer: Answer) -> Result:
        """The result, on disk now; where that failed for this one alone, a result that says so."""
        require_space_to_work()
        student, folder = handed_in.student, self._folder(handed_in.student)
        result = answer.result or self._internal(
            student, "The grader failed on this submission; its log says why."
        )
        result = self._settled(handed_in, result, read_result(folder))
        try:
            if answer.log:
                atomic.write_text(folder / LOG_NAME, answer.log)
            write_result(result, folder)
            if not answer.log:
                (folder / LOG_NAME).unlink(missing_ok=True)
        except OSError as error:
            if atomic.is_of_the_disk(error):
                raise
            why = f"The result could not be written: {error.filename}: {error.strerror}."
            return self._internal(student, why)
        if student in self._register.again:
            self._note(self._register.without(student))
        return without_figures(result)

    def _settled(self, handed_in: HandedIn, result: Result, before: Result | None) -> Result:
        submitted = the_earlier(time_of(handed_in, self._times), result, before)
        return settled(result, self._grader.assignment, submitted)

    def _settled_again(self, handed_in: HandedIn, kept: Result) -> Result:
        """A kept result after what the rule for late work says now, on disk where it differs."""
        result = self._settled(handed_in, kept, kept)
        if result != kept:
            write_result(result, self._folder(handed_in.student))
        return result

    def _internal(self, student: str, why: str) -> Result:
        return Result(
            student=student,
            assignment=self.plan.assignment,
            status=Status.INTERNAL,
            score=None,
            max_score=self._grader.assignment.points,
            notes=(why,),
            sandbox=self.plan.backend,
            checks_digest=self._grader.checks_digest,
        )

    def _graded(self, result: Result, kept: bool) -> Graded:
        return Graded(result, self._register.before.get(result.student), kept)

    def _note(self, register: Register) -> None:
        self._register = register
        write_register(register, self.out)

    def _folder(self, student: str) -> Path:
        return self.out / folder_name(student)


@contextmanager
def open_class(
    plan: Plan,
    class_: list[HandedIn],
    out: Path,
    fresh: bool,
    scheduler: str | None = None,
    times: Mapping[str, Submitted] | None = None,
) -> Iterator[Batch]:
    """A batch of this class, which goes on where an earlier one was stopped; not if `fresh`.

    `times` says of students when they handed in; what lies there is asked about the others.
    `scheduler` is the address of the cluster to grade on, None for this machine. Raises
    BrokenChecks, NoRelease, Unusable or NoCluster before anything is graded. Afterwards no process
    and nothing of a worker is left.
    """
    grader = plan.grader()
    with ExitStack() as stack:
        stack.enter_context(taken(out))
        stack.enter_context(_without_leftovers(plan))
        require_space_to_work()
        slots: Slots | Cluster
        if scheduler is not None:
            # pytest, which lists the checks, would keep a signal to itself.
            with interruption.held(), pytest_by_itself():
                grader.require_sound_checks()
            slots = Cluster(plan, grader, scheduler)
        elif sys.platform == "linux":
            shared = stack.enter_context(tempfile.TemporaryFile(prefix="autograder-"))
            slots = Slots(replace(plan, images_file=shared.fileno()))
        else:
            slots = Slots(plan)
        stack.enter_context(slots)
        if isinstance(slots, Slots):
            slots.require_sound_checks()
        register = _begun(plan, class_, out, fresh)
        write_register(register, out)
        yield Batch(plan, class_, out, grader, slots, register, times or {})


def longest_grading(assignment: Assignment) -> float:
    """Seconds that no submission can take unless the grader itself is stuck.

    Twice what the limits of all parts allow, and for each the slowest start of a worker; as often
    as a part may be repeated.
    """
    limits = [assignment.limits_of(part) for part in assignment.parts]
    seconds = sum(2 * one.wall_seconds + launch.START_SECONDS for one in limits)
    runs = 1 if assignment.accuracy is None else 1 + assignment.accuracy.repetitions
    return SLACK_SECONDS + runs * seconds


@contextmanager
def _without_leftovers(plan: Plan) -> Iterator[None]:
    """Remove what workers left behind: those of a killed batch before, those of this one after."""
    clear = BACKENDS[plan.backend].clear_unused
    clear()
    try:
        yield
    finally:
        clear()


def _begun(plan: Plan, class_: list[HandedIn], out: Path, fresh: bool) -> Register:
    standings: dict[str, Standing | None] = {}
    for handed_in in class_:
        result = read_result(out / folder_name(handed_in.student))
        if result is not None and result.assignment != plan.assignment:
            raise Unusable(
                f"{out}: expected a folder for results of {plan.assignment!r}, found results of "
                f"{result.assignment!r}; name another one with --out"
            )
        standings[handed_in.student] = None if result is None else result.standing()
    return begun(read_register(out), plan.assignment, standings, again=fresh)


def _some(answer: Answer | Lost) -> Answer:
    return Answer(result=None, log=f"{answer}\n") if isinstance(answer, Lost) else answer
