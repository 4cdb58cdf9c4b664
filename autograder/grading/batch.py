"""Grades a class: submissions side by side, each with its own result, whatever the others do."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from .. import atomic
from .results import Result, Status, read_result, write_result
from .session import Grader
from .submission import HandedIn, Rejected, read

if TYPE_CHECKING:
    from ..data import ImageData

LOG_NAME = "grader.log"
TRIES = 2
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Plan:
    """Everything a slot needs to grade, in a form that can be sent to another process."""

    course: Path
    assignment: str
    release: Path
    key: bytes = field(repr=False)
    backend: str
    device: str
    data_name: str
    data_root: Path | None

    def grader(self) -> Grader:
        """A grader for this plan."""
        from .. import course as courses

        assignment = courses.load(self.course).assignments[self.assignment]
        return Grader(
            assignment=assignment,
            release=self.release,
            key=self.key,
            backend=self.backend,
            device=self.device,
            data_name=self.data_name,
            load_images=self.load_images,
        )

    def load_images(self) -> ImageData:
        """The images that the plan was made with."""
        from .. import data

        return data.load(self.data_name, self.data_root, allow_synthetic=False)


@dataclass(frozen=True)
class Graded:
    """A submission that has its result; `kept` where it is the one from an earlier grading."""

    result: Result
    before: Result | None
    kept: bool


def grade_class(
    plan: Plan, class_: list[HandedIn], out: Path, jobs: int, fresh: bool
) -> Iterator[Graded]:
    """Grade `class_`, yielding each submission once its result is written under `out`.

    What has not changed since an earlier grading is kept, unless `fresh`. A fault of the grader
    gives the status `internal` to the submission it hit and leaves the others alone. Raises
    BrokenChecks or NoRelease before anything is graded.
    """
    grader = plan.grader()
    grader.require_sound_checks()
    to_do: list[HandedIn] = []
    earlier = {handed_in.student: read_result(out / handed_in.student) for handed_in in class_}
    for handed_in in class_:
        before = earlier[handed_in.student]
        if not fresh and before is not None and _is_current(grader, handed_in, before):
            yield Graded(before, before, kept=True)
        else:
            to_do.append(handed_in)
    for result, log in _grade_all(plan, grader, to_do, jobs):
        folder = out / result.student
        write_result(result, folder)
        if log:
            atomic.write_text(folder / LOG_NAME, log)
        else:
            (folder / LOG_NAME).unlink(missing_ok=True)
        yield Graded(result, earlier[result.student], kept=False)


def _is_current(grader: Grader, handed_in: HandedIn, before: Result) -> bool:
    if before.status is not Status.GRADED or before.checks_digest != grader.checks_digest:
        return False
    try:
        submission = read(handed_in, grader.assignment, dict(grader.manifest.stubs))
    except (Rejected, OSError):
        return False
    return before.submission_digest == submission.digest and before.sandbox == grader.backend


def _grade_all(
    plan: Plan, grader: Grader, to_do: list[HandedIn], jobs: int
) -> Iterator[tuple[Result, str]]:
    """Grade in `jobs` processes; a process that dies takes no submission with it unheard."""
    tries = dict.fromkeys((handed_in.student for handed_in in to_do), 0)
    waiting = list(to_do)
    while waiting:
        # After a death nobody knows whose fault it was, so the rest is tried one at a time.
        alone = any(tries[handed_in.student] for handed_in in waiting)
        batch, waiting = (waiting[:1], waiting[1:]) if alone else (waiting, [])
        for handed_in, outcome in _in_pool(plan, batch, jobs):
            if not isinstance(outcome, BrokenProcessPool):
                yield outcome
                continue
            tries[handed_in.student] += 1
            if tries[handed_in.student] < TRIES:
                waiting.append(handed_in)
            else:
                yield _internal(grader, handed_in, "The grading process ended without a result.")


def _in_pool(
    plan: Plan, batch: list[HandedIn], jobs: int
) -> Iterator[tuple[HandedIn, tuple[Result, str] | BrokenProcessPool]]:
    with _pool(plan, min(jobs, len(batch))) as pool:
        futures: dict[Future[tuple[Result, str]], HandedIn] = {
            pool.submit(_grade_in_slot, handed_in): handed_in for handed_in in batch
        }
        for future in as_completed(futures):
            handed_in = futures.pop(future)
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                yield handed_in, error
            else:
                yield handed_in, future.result()


@contextmanager
def _pool(plan: Plan, jobs: int) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_start_slot, initargs=(plan,)
    )
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_slot: list[Grader] = []


def _start_slot(plan: Plan) -> None:
    """Runs once in each process of the pool."""
    _die_with_parent()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ.pop("PYTEST_PLUGINS", None)
    import torch

    torch.set_num_threads(1)
    _slot[:] = [plan.grader()]


def _die_with_parent() -> None:
    """Leave nobody behind when the batch is killed; only Linux knows how."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _grade_in_slot(handed_in: HandedIn) -> tuple[Result, str]:
    grader = _slot[0]
    try:
        return grader.grade(handed_in)
    except Exception:
        return _internal(grader, handed_in, traceback.format_exc())


def _internal(grader: Grader, handed_in: HandedIn, log: str) -> tuple[Result, str]:
    result = Result(
        student=handed_in.student,
        assignment=grader.assignment.name,
        status=Status.INTERNAL,
        score=None,
        max_score=grader.assignment.points,
        notes=("The grader failed on this submission; its log says why.",),
        sandbox=grader.backend,
        checks_digest=grader.checks_digest,
    )
    return result, log
