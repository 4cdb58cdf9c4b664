"""Grades subjects with the ordinary grader, side by side, and keeps what has been graded.

A result is kept under the digest of all it depends on: the modules that the part sees, its checks
and probes, the kit and the environment. So whatever has not changed since is not graded again.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from .. import atomic, interruption
from ..course import Assignment
from ..grading.batch import Plan
from ..grading.environment import pytest_by_itself
from ..grading.outfolder import require_space_to_work, taken
from ..grading.results import Outcome, PartResult
from ..grading.session import Grader
from ..grading.slot import Answer, Lost
from ..grading.slots import Slots
from ..grading.submission import Submission
from ..sandbox.backends import BACKENDS
from .ground import ground_of
from .subjects import Task

KEPT = "graded"


class GraderFailed(Exception):
    """The kit could not grade something; the message says what and why."""


@dataclass
class Bench:
    """Where subjects are graded; results are kept below `out`."""

    plan: Plan
    assignment: Assignment
    out: Path
    jobs: int
    grader: Grader
    _slots: Slots
    graded: int = 0
    kept: int = 0
    _grounds: dict[str, str] = field(default_factory=dict)

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, PartResult]]:
        """Each task with how its part went, in the order in which they are done.

        A submission is graded once, however many tasks and parts it stands for. Raises
        GraderFailed, OSError where the disk is full, and Stopped.
        """
        waiting: dict[str, list[Task]] = {}
        for task in tasks:
            waiting.setdefault(self._place(task), []).append(task)
        to_do: dict[str, list[str]] = {}
        for name, same in waiting.items():
            result = self._read(name, same[0])
            if result is None:
                to_do.setdefault(same[0].submission.digest, []).append(name)
            else:
                self.kept += 1
                yield from ((task, result) for task in same)
        submissions = [
            replace(waiting[names[0]][0].submission, student=digest)
            for digest, names in to_do.items()
        ]
        for digest, answer in self._answers(submissions):
            for name in to_do[digest]:
                result = self._result(waiting[name][0], answer)
                if _is_lasting(result):
                    atomic.write_text(self._file(name), result.model_dump_json() + "\n")
                self.graded += 1
                yield from ((one, result) for one in waiting[name])

    def _answers(self, to_do: list[Submission]) -> Iterator[tuple[str, Answer | Lost]]:
        again: list[Submission] = []
        for submission, answer in self._slots.grade(to_do, self.jobs):
            if isinstance(answer, Lost) and not answer.stuck:
                again.append(submission)
            else:
                yield submission.student, answer
        # What took its process along is tried once more, with the machine to itself.
        for submission, answer in self._slots.grade(again, at_once=1):
            yield submission.student, answer

    def _result(self, task: Task, answer: Answer | Lost) -> PartResult:
        where = f"{task.subject.name}, part {task.part.name}"
        if isinstance(answer, Lost) or answer.result is None:
            why = str(answer) if isinstance(answer, Lost) else answer.log
            raise GraderFailed(f"{where}: the grader failed on it.\n{why.strip()}")
        result = next(part for part in answer.result.parts if part.name == task.part.name)
        broken = [one.id for one in result.checks if one.outcome is Outcome.UNGRADABLE]
        if broken:
            raise GraderFailed(f"{where}: could not run {', '.join(broken)}.\n{answer.log.strip()}")
        return result

    def _place(self, task: Task) -> str:
        """The name under which the result of a task is kept."""
        part = task.part.name
        if part not in self._grounds:
            self._grounds[part] = ground_of(self.assignment, task.part, self.plan)
        what = f"{task.submission.digest} {self._grounds[part]}"
        return f"{part}-{hashlib.sha256(what.encode()).hexdigest()[:32]}"

    def _file(self, name: str) -> Path:
        return self.out / KEPT / f"{name}.json"

    def _read(self, name: str, task: Task) -> PartResult | None:
        try:
            text = self._file(name).read_text(encoding="utf-8")
            result = PartResult.model_validate_json(text)
        except (OSError, UnicodeDecodeError, ValidationError):
            return None
        return result if result.name == task.part.name else None


def _is_lasting(result: PartResult) -> bool:
    """Would another grading give the same? A busy machine may have made something too slow."""
    return all(check.outcome is not Outcome.TIMEOUT for check in result.checks)


@contextmanager
def open_bench(plan: Plan, assignment: Assignment, out: Path, jobs: int | None) -> Iterator[Bench]:
    """A bench whose processes end with the block.

    Raises BrokenChecks, NoRelease or Unusable before anything is graded.
    """
    grader = plan.grader()
    # pytest, which lists the checks, would keep a signal to itself.
    with interruption.held(), pytest_by_itself():
        grader.require_sound_checks()
    with ExitStack() as stack:
        stack.enter_context(taken(out))
        clear = BACKENDS[plan.backend].clear_unused
        clear()
        stack.callback(clear)
        require_space_to_work()
        if sys.platform == "linux":
            shared = stack.enter_context(tempfile.TemporaryFile(prefix="autograder-"))
            plan = replace(plan, images_file=shared.fileno())
        slots = stack.enter_context(Slots(plan))
        yield Bench(plan, assignment, out, jobs or slots.width, grader, slots)
