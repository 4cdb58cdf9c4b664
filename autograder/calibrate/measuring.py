"""Trains one submission under one key in exactly the grading setting, by the ordinary grader.

A run is what happens when a submission is graded, but for three things: only the parts with a check
that asks for the accuracy rule are graded, under the run's own key, and none is repeated.
"""

from __future__ import annotations

import ast
import hashlib
import time
from dataclasses import dataclass

from ..authoring.listing import check_file, test_functions
from ..course import Assignment
from ..grading.batch import Plan
from ..grading.results import Outcome, Result, Status
from ..grading.session import Grader
from ..grading.submission import HandedIn
from ..grading.work import Work

RULE = "accuracy_rule"
"""The fixture that a check asks for whose outcome hangs on the accuracy."""


class NothingToMeasure(Exception):
    """No check asks for the accuracy rule, or there is none; the message says so."""


@dataclass(frozen=True)
class Run(HandedIn):
    """A submission and the key that it is graded under."""

    key: bytes = b""


@dataclass(frozen=True)
class MeasuringPlan(Plan):
    """A plan for slots that measure: what they are sent are `Run`s."""

    def grader(self) -> MeasuringGrader:
        plain = super().grader()
        return MeasuringGrader(
            assignment=without_repetition(plain.assignment),
            release=plain.release,
            key=plain.key,
            backend=plain.backend,
            device=plain.device,
            data_name=plain.data_name,
            load_images=plain.load_images,
            cold=plain.cold,
        )


class MeasuringGrader(Grader):
    """Grades the parts that hang on accuracy, each submission under the key that comes with it."""

    def grade(self, handed_in: HandedIn, spare_core: bool = False) -> tuple[Result, str]:
        """The result of these parts alone, without a score."""
        started = time.monotonic()
        if isinstance(handed_in, Run):
            self.key = handed_in.key
        wanted = measured_parts(self.assignment)
        work = Work(self, self.read(handed_in))
        parts = tuple(work.grade_part(self.assignment.part(name)) for name in wanted)
        result = Result(
            student=handed_in.student,
            assignment=self.assignment.name,
            status=Status.GRADED,
            score=None,
            max_score=sum(part.max_points for part in parts),
            parts=parts,
            accuracy=work.accuracy(),
            sandbox=self.backend,
            submission_digest=work.submission.digest,
            seconds=round(time.monotonic() - started, 2),
        )
        return result, "\n".join(work.log)


def measured_parts(assignment: Assignment) -> list[str]:
    """The parts with a check that asks for the accuracy rule; NothingToMeasure without one."""
    found = []
    for part in assignment.parts:
        tree = ast.parse(check_file(assignment, part).read_text(encoding="utf-8-sig"))
        asked = {one.arg for check in test_functions(tree) for one in check.args.args}
        if RULE in asked:
            found.append(part.name)
    if assignment.accuracy is None or not found:
        raise NothingToMeasure(
            f"{assignment.name}: expected an accuracy rule in course.yaml and a check that asks "
            f"for {RULE}, found {'no check' if assignment.accuracy is not None else 'no rule'}; "
            "there is no threshold to calibrate"
        )
    return found


def without_repetition(assignment: Assignment) -> Assignment:
    """The same assignment with each run done once."""
    if assignment.accuracy is None:
        return assignment
    rule = assignment.accuracy.model_copy(update={"repetitions": 0})
    return assignment.model_copy(update={"accuracy": rule})


def key_of(assignment: str, number: int) -> bytes:
    """The key of the run with this number, from 0: 32 bytes, the same for everybody.

    It protects nothing, and so anybody can repeat a calibration run by run. No course grades with
    it.
    """
    return hashlib.sha256(f"autograder calibrate\n{assignment}\n{number}".encode()).digest()


def outcome_of(result: Result) -> Outcome:
    """How what was measured ended: the worst of its checks."""
    outcomes = {check.outcome for part in result.parts for check in part.checks}
    order = (Outcome.UNGRADABLE, Outcome.TIMEOUT, Outcome.ERROR, Outcome.FAILED, Outcome.PASSED)
    return next(outcome for outcome in order if outcome in outcomes)
