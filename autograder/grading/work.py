"""Grades one submission from top to bottom: run each part, count the points."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from ..course import Limits, Part
from ..sandbox import launch
from ..sandbox.room import Limits as WorkerLimits
from . import submission as handed
from .aside import aside
from .checks import Check
from .digests import key_of_repetition
from .part_run import NOT_ATTEMPTED, Ending, PartRun, result_of
from .results import AccuracyResult, AccuracyRun, Outcome, PartResult

if TYPE_CHECKING:
    from .session import Grader


@dataclass
class Work:
    """One submission while it is graded."""

    grader: Grader
    submission: handed.Submission
    runs: list[AccuracyRun] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    never_imported: set[str] = field(default_factory=set)

    def grade_parts(self, spare_core: bool) -> tuple[PartResult, ...]:
        """All parts, in their order; the one that needs most modules aside on a `spare_core`."""
        parts = self.grader.assignment.parts
        if not spare_core or len(parts) == 1:
            return tuple(self.grade_part(part) for part in parts)
        longest = max(parts, key=lambda part: len(part.modules))
        self.grader.wait_until_warm()
        with aside(partial(self._grade_alone, longest)) as answer:
            done = {part.name: self.grade_part(part) for part in parts if part is not longest}
            done[longest.name], runs, log = answer()
        self.runs += runs
        self.log += log
        return tuple(done[part.name] for part in parts)

    def _grade_alone(self, part: Part) -> tuple[PartResult, list[AccuracyRun], list[str]]:
        return self.grade_part(part), self.runs, self.log

    def grade_part(self, part: Part) -> PartResult:
        checks = {check.info.id: check for check in self.grader.checks[part.name]}
        missing = self.submission.missing(part.modules)
        if missing:
            reason = NOT_ATTEMPTED
            if len(missing) < len(part.modules):
                reason += f": needs {' and '.join(missing)} too"
            endings = dict.fromkeys(checks, Ending(Outcome.FAILED, reason))
        elif hopeless := self.never_imported.intersection(part.modules):
            reason = f"Importing {' and '.join(sorted(hopeless))} took too long, as said above."
            endings = dict.fromkeys(checks, Ending(Outcome.TIMEOUT, reason))
        elif reason := self.submission.nothing_in(part.modules):
            endings = dict.fromkeys(checks, Ending(Outcome.FAILED, reason))
        else:
            endings = self._endings(part, checks)
        cut = self.grader.kept_back.cut
        results = tuple(
            cut(result_of(check, endings[name]), self.submission.files)
            for name, check in checks.items()
        )
        return PartResult(
            name=part.name,
            title=part.title,
            points=sum(result.points for result in results),
            max_points=part.points,
            attempted=not missing,
            checks=results,
        )

    def accuracy(self) -> AccuracyResult | None:
        rule = self.grader.assignment.accuracy
        if rule is None:
            return None
        last = self.runs[-1] if self.runs else AccuracyRun(held_out=None, marked=None)
        return AccuracyResult(
            held_out=last.held_out,
            threshold=rule.threshold,
            marked=last.marked,
            data=self.grader.data_name,
            device=self.grader.device,
            runs=tuple(self.runs),
        )

    def _endings(self, part: Part, checks: dict[str, Check]) -> dict[str, Ending]:
        """How each check ended; what hangs on accuracy is done again while it comes close."""
        run = self._run(part, checks, self.grader.key)
        endings = dict(run.endings)
        rule = self.grader.assignment.accuracy
        for repetition in range(1, rule.repetitions + 1 if rule is not None else 1):
            if not run.came_close():
                break
            again = {name: checks[name] for name in run.by_rule}
            key = key_of_repetition(self.grader.key, self.submission.digest, repetition)
            run = self._run(part, again, key)
            endings |= run.endings
        return endings

    def _run(self, part: Part, checks: dict[str, Check], key: bytes) -> PartRun:
        """Run these checks of a part once, in a worker of their own."""
        grader, assignment = self.grader, self.grader.assignment
        limits = assignment.limits_of(part)
        job = launch.Job(
            files=self.submission.files,
            modules=self.submission.modules(),
            needed=tuple(part.modules),
            probes=grader.probes[part.name],
            limits=worker_limits(limits),
            backend=grader.backend,
            gpu=grader.device == "cuda",
            imports=grader.imports[part.name],
        )
        with launch.Worker(job, grader.warm) as worker:
            run = PartRun(
                checks=checks,
                worker=worker,
                modules=tuple(part.modules),
                settings_values=assignment.settings,
                accuracy=assignment.accuracy,
                key=key,
                submission_digest=self.submission.digest,
                limits=limits,
                load_seconds=assignment.limits.call_seconds,
                device_name=grader.device,
                load_images=lambda: grader.images,
                reveal=assignment.feedback.reveal,
            )
            grader.check(run)
        if run.import_timed_out() and len(part.modules) == 1:
            self.never_imported.update(part.modules)
        if run.by_rule:
            self.runs.append(run.accuracy_run())
        self.log += [f"{part.name}: {entry}" for entry in run.log]
        return run


def worker_limits(limits: Limits) -> WorkerLimits:
    """The course's limits in the units of the sandbox."""
    return WorkerLimits(
        memory_bytes=limits.memory_mb << 20,
        processes=limits.processes,
        cpu_seconds=limits.cpu_seconds,
        file_bytes=limits.file_mb << 20,
        scratch_bytes=(limits.scratch_mb + limits.submission_mb) << 20,
        output_bytes=limits.output_kb << 10,
    )
