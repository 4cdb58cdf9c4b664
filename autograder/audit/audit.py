"""Audits checks: every mutant must fail one of its own part, every wheat none at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..course import Assignment, Part
from ..grading.results import CheckResult, Outcome, PartResult
from .bench import Bench
from .equivalents import Equivalents
from .errors import AuditError
from .mutants import Mutant
from .reference import Module
from .results import Audit, CheckLine, Miss, MutantOutcome, PartLine, WheatOutcome
from .subjects import BLOWN_UP, Reach, Subject, Task, is_whole, own_parts, task_for
from .wheats import Wheat

_STOPPED = (Outcome.ERROR, Outcome.TIMEOUT)
Watch = Callable[[Iterable[tuple[Task, PartResult]], int, str], Iterator[tuple[Task, PartResult]]]
"""Shows so many gradings, named by a word, as they are done."""


@dataclass(frozen=True)
class Selection:
    """What is audited. `complete` are the parts all of whose mutants are among them."""

    mutants: Sequence[Mutant]
    wheats: Sequence[Wheat]
    equivalents: Equivalents
    complete: frozenset[str]
    words: str = ""


@dataclass
class Auditor:
    """An audit at work."""

    bench: Bench
    assignment: Assignment
    modules: Mapping[str, Module]
    rounds: int
    watch: Watch
    parts: frozenset[str]
    """The names of the parts to grade in."""
    _points: dict[tuple[str, int, str], PartResult] = field(default_factory=dict)

    def audit(self, selection: Selection) -> Audit:
        """All of it. Raises AuditError where the reference loses points, and GraderFailed."""
        started = time.monotonic()
        reach = self._reach(any((selection.mutants, selection.wheats)))
        self._expect_full_marks(reach, selection)
        mutants = self._mutants(selection, reach)
        wheats = self._wheats(selection.wheats, reach)
        caught = {one.id: one.caught_by[0] for one in mutants if one.caught}
        return Audit(
            assignment=self.assignment.name,
            title=self.assignment.title,
            parts=tuple(self._part_line(part, reach, selection) for part in self.assignment.parts),
            checks=tuple(self._check_lines()),
            mutants=tuple(mutants),
            wheats=tuple(wheats),
            complaints=tuple(selection.equivalents.killed(caught)),
            setting=self._setting(),
            selection=selection.words,
            graded=self.bench.graded,
            kept=self.bench.kept,
            seconds=round(time.monotonic() - started, 1),
        )

    def _reach(self, matters: bool) -> Reach:
        """Which modules each part depends on: those it names, and those it can't do without.

        Found out by grading the reference with one module after the other blown up, where it
        `matters`.
        """
        every = tuple(self.modules)
        seen = {part.name: set(part.modules) for part in self.assignment.parts}
        tasks = [
            task_for(
                self._subject(f"{module} blown up", module, BLOWN_UP), part, every, self.assignment
            )
            for module in every
            for part in self.assignment.parts
            if matters and module not in part.modules and part.name in self.parts
        ]
        for task, result in self._graded(tasks, "modules blown up"):
            if result.points < task.part.points:
                seen[task.part.name].add(task.subject.name.split()[0])
        return Reach({part: tuple(m for m in every if m in found) for part, found in seen.items()})

    def _expect_full_marks(self, reach: Reach, selection: Selection) -> None:
        wanted = {one.module for one in selection.mutants}
        wanted |= {one.module for one in selection.wheats}
        parts = [part for name in wanted for part in own_parts(self.assignment, name)]
        subject = Subject("the reference", self._texts())
        tasks = [
            self._task(subject, part, reach)
            for part in self.assignment.parts
            if part in parts and part.name in self.parts
        ]
        for task, result in self._graded(tasks, "the reference"):
            for check in _failed(result):
                raise AuditError(
                    f"part {task.part.name}: expected full marks for the reference, found that "
                    f"{check.id} fails: {check.message.strip()}; mend the check or the reference"
                )

    def _mutants(self, selection: Selection, reach: Reach) -> list[MutantOutcome]:
        tasks = [
            self._task(self._subject(one.id, one.module, one.text), part, reach)
            for one in selection.mutants
            for part in self._isolated(one.module, reach)
        ]
        self._keep(tasks, "mutants")
        outcomes = [self._outcome(one, reach, selection.equivalents) for one in selection.mutants]
        left = [
            self._task(self._subject(one.id, one.module, one.text), part, reach)
            for one, outcome in zip(selection.mutants, outcomes, strict=True)
            for part in self._whole(one.module)
            if outcome.survived
        ]
        self._keep(left, "survivors in all parts together")
        return [self._with_whole(outcome) for outcome in outcomes]

    def _outcome(self, mutant: Mutant, reach: Reach, equivalents: Equivalents) -> MutantOutcome:
        own = self._own(mutant.module)
        results = [self._points[mutant.id, 0, part.name] for part in own]
        failed = [check for result in results for check in _failed(result)]
        others = [part for part in self._isolated(mutant.module, reach) if part not in own]
        lost = {
            part.name: part.points - self._points[mutant.id, 0, part.name].points for part in others
        }
        return MutantOutcome(
            id=mutant.id,
            operator=mutant.operator,
            thought=mutant.thought,
            module=mutant.module,
            function=mutant.function,
            line=mutant.line,
            diff=mutant.diff,
            parts=tuple(part.name for part in own),
            caught_by=tuple(check.id for check in failed),
            crashed=all(check.outcome in _STOPPED for check in failed),
            lost=sum(result.max_points - result.points for result in results),
            costs=mutant.costs,
            elsewhere={name: points for name, points in lost.items() if points > 0},
            equivalent=equivalents.reason(mutant.id),
        )

    def _with_whole(self, outcome: MutantOutcome) -> MutantOutcome:
        if not outcome.survived:
            return outcome
        together = {
            part.name: part.points - self._points[outcome.id, 0, part.name].points
            for part in self._whole(outcome.module)
        }
        return outcome.model_copy(update={"together": together})

    def _wheats(self, wheats: Sequence[Wheat], reach: Reach) -> list[WheatOutcome]:
        tasks = [
            self._task(self._subject(wheat.id, wheat.module, wheat.text, number), part, reach)
            for wheat in wheats
            for part in (*self._isolated(wheat.module, reach), *self._whole(wheat.module))
            for number in range(1 if is_whole(self.assignment, part) else self.rounds)
        ]
        missed: dict[str, list[Miss]] = {wheat.id: [] for wheat in wheats}
        for task, result in self._graded(tasks, "wheats"):
            missed[task.subject.name] += [
                Miss(round=task.subject.round, check=check.id, message=check.message.strip())
                for check in _failed(result)
            ]
        return [
            WheatOutcome(
                id=wheat.id,
                module=wheat.module,
                rounds=self.rounds,
                missed=tuple(sorted(missed[wheat.id], key=lambda miss: (miss.round, miss.check))),
            )
            for wheat in wheats
        ]

    def _keep(self, tasks: Sequence[Task], word: str) -> None:
        for task, result in self._graded(tasks, word):
            self._points[task.subject.name, task.subject.round, task.part.name] = result

    def _graded(self, tasks: Sequence[Task], word: str) -> Iterator[tuple[Task, PartResult]]:
        return self.watch(self.bench.grade(tasks), len(tasks), word)

    def _task(self, subject: Subject, part: Part, reach: Reach) -> Task:
        return task_for(subject, part, reach.seen[part.name], self.assignment)

    def _subject(self, name: str, module: str, text: str, number: int = 0) -> Subject:
        return Subject(name, {**self._texts(), module: text}, number)

    def _texts(self) -> dict[str, str]:
        return {name: module.text for name, module in self.modules.items()}

    def _own(self, module: str) -> list[Part]:
        own = own_parts(self.assignment, module)
        return [part for part in own if part.name in self.parts]

    def _isolated(self, module: str, reach: Reach) -> list[Part]:
        """The parts that a module reaches and that don't grade all modules together."""
        own = own_parts(self.assignment, module)
        reached = reach.parts_of(module)
        return [
            part
            for part in self.assignment.parts
            if part.name in self.parts
            and (part in own or (part.name in reached and not is_whole(self.assignment, part)))
        ]

    def _whole(self, module: str) -> list[Part]:
        own = own_parts(self.assignment, module)
        return [
            part
            for part in self.assignment.parts
            if part.name in self.parts and part not in own and is_whole(self.assignment, part)
        ]

    def _part_line(self, part: Part, reach: Reach, selection: Selection) -> PartLine:
        return PartLine(
            name=part.name,
            title=part.title,
            points=part.points,
            whole=is_whole(self.assignment, part),
            seen=reach.seen[part.name],
            complete=part.name in selection.complete,
        )

    def _check_lines(self) -> Iterator[CheckLine]:
        for part, checks in self.bench.grader.checks.items():
            for check in checks:
                yield CheckLine(
                    id=check.info.id,
                    title=check.info.title,
                    part=part,
                    points=check.info.points,
                    visible=check.visible,
                )

    def _setting(self) -> str:
        plan = self.bench.plan
        return f"{plan.device}, sandbox {plan.backend}, {plan.data_name} images"


def _failed(result: PartResult) -> list[CheckResult]:
    return [check for check in result.checks if check.outcome is not Outcome.PASSED]
