"""Keeps the slots that grade, a submission each at a time, and notices one that dies or hangs."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, TypeVar, cast

from .. import atomic, interruption
from . import forker as forkers
from .checks import BrokenChecks
from .forker import TICK_SECONDS, Forker, Gone
from .slot import Answer, Lost, Slot, new_slot
from .submission import HandedIn

if TYPE_CHECKING:
    from .batch import Plan
    from .submission import Submission

AnySubmission = TypeVar("AnySubmission", bound="HandedIn | Submission")


@dataclass
class Slots:
    """Slots for one plan. Use it as a context manager: afterwards no process is left."""

    plan: Plan
    _forker: Forker | None = None
    _slots: list[Slot] = field(default_factory=list)

    @property
    def width(self) -> int:
        """How many submissions keep this machine busy: the cores that this process may use."""
        return len(os.sched_getaffinity(0))

    def __enter__(self) -> Slots:
        return self

    def __exit__(self, *exc_info: object) -> None:
        with interruption.held():
            for slot in self._slots:
                slot.kill()
            if self._forker is not None:
                self._forker.end()
            for slot in self._slots:
                slot.end()
            self._slots.clear()

    def require_sound_checks(self) -> None:
        """Have the checks listed where slots come from, so that nobody else imports them.

        Raises BrokenChecks where they can't be used, and Stopped.
        """
        try:
            problem = self._ready_forker().problem_of_checks()
        except Gone as gone:
            raise BrokenChecks(f"The checks could not be listed. {gone}") from None
        if problem:
            raise BrokenChecks(problem)

    def grade(
        self, to_do: Iterable[AnySubmission], at_once: int
    ) -> Iterator[tuple[AnySubmission, Answer | Lost]]:
        """Each submission with its answer, in the order of the answers, `at_once` side by side.

        Raises OSError where the disk is full, and Stopped.
        """
        waiting = deque(to_do)
        while waiting or self._busy():
            while waiting and len(self._busy()) < at_once:
                handed_in = waiting.popleft()
                spare_core = not waiting and 2 * (len(self._busy()) + 1) <= at_once
                lost = self._begin(handed_in, spare_core)
                if lost is not None:
                    yield handed_in, lost
            for one, answer in self._answers():
                # A slot tells of what it was given, and it was given nothing else.
                yield cast("AnySubmission", one), answer

    def _begin(self, handed_in: HandedIn | Submission, spare_core: bool) -> Lost | None:
        idle = [slot for slot in self._slots if slot.handed_in is None]
        try:
            slot = idle[0] if idle else self._start()
        except OSError as error:
            if atomic.is_of_the_disk(error):
                raise
            return Lost(f"No grading process could be started: {error}")
        except Lost as lost:
            return lost
        slot.take(handed_in, self.plan.seconds, spare_core)
        return None

    def _answers(self) -> Iterator[tuple[HandedIn | Submission, Answer | Lost]]:
        interruption.raise_if_asked()
        busy = self._busy()
        ready = wait([slot.connection for slot in busy], TICK_SECONDS)
        for slot in busy:
            handed_in = slot.handed_in
            assert handed_in is not None
            answer: Answer | Lost
            if slot.connection in ready:
                try:
                    answer = slot.answer()
                except Lost as lost:
                    answer = self._drop(slot, lost)
            elif time.monotonic() > slot.deadline:
                answer = self._drop(slot, slot.stuck())
            else:
                continue
            yield handed_in, answer

    def _busy(self) -> list[Slot]:
        return [slot for slot in self._slots if slot.handed_in is not None]

    def _start(self) -> Slot:
        slot = new_slot(self._ready_forker())
        self._slots.append(slot)
        return slot

    def _ready_forker(self) -> Forker:
        """The one that is there; another one where it has ended."""
        with interruption.held():
            if self._forker is not None and self._forker.is_gone():
                self._forker.end()
                self._forker = None
            if self._forker is None:
                self._forker = forkers.start(self.plan)
            return self._forker

    def _drop(self, slot: Slot, lost: Lost) -> Lost:
        with interruption.held():
            slot.end()
            self._slots.remove(slot)
        return lost
