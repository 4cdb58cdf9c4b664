"""Keeps the processes that grade, a submission each at a time, and notices one that dies or hangs.

A slot runs in a process group of its own, so that Ctrl-C on the terminal reaches the main process
alone, which then ends the slots. What a slot prints goes to a file that is read when it dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import IO, TYPE_CHECKING, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from .. import atomic, interruption
from ..sandbox import processes
from .checks import BrokenChecks
from .environment import of_a_slot
from .results import Result
from .submission import HandedIn

if TYPE_CHECKING:
    from .batch import Plan
    from .submission import Submission

AnySubmission = TypeVar("AnySubmission", bound="HandedIn | Submission")
TICK_SECONDS = 0.5
GRACE_SECONDS = 5.0
"""How long a slot has, once its time is over, to write down where it is stuck."""
PATIENCE_SECONDS = 2.0
"""How long a slot that has closed its connection may take to end."""
KEPT_OUTPUT = 20_000
_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[2])
from autograder.grading.slot import main
main(int(sys.argv[1]))
"""


class Answer(BaseModel):
    """What a slot says about a submission; without a result, `log` says what went wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    result: Result | None
    log: str


@dataclass(frozen=True)
class Orders:
    """What a slot is sent first: who keeps it, and what to grade with."""

    keeper: int
    plan: Plan


@dataclass(frozen=True)
class Inspection:
    """Asks whether the checks can be used: the answer is what to mend, or nothing."""


@dataclass(frozen=True)
class Task:
    """A submission, and after how many seconds something must be wrong with the grader.

    `spare_core` where a second core has nothing else to do.
    """

    handed_in: HandedIn | Submission
    seconds: float
    spare_core: bool = False


class Lost(Exception):
    """A slot ended, or was ended, without an answer; the message says how and what it printed.

    `stuck` where another try would only take as long again.
    """

    def __init__(self, message: str, stuck: bool = False) -> None:
        super().__init__(message)
        self.stuck = stuck


@dataclass
class Slot:
    """A process that grades."""

    process: subprocess.Popen[bytes]
    connection: Connection
    output: IO[bytes]
    handed_in: HandedIn | Submission | None = None
    deadline: float = 0.0

    def take(
        self, handed_in: HandedIn | Submission, seconds: float, spare_core: bool = False
    ) -> None:
        """Let it grade; `answer` has something to give once the connection is ready.

        It reads what was handed in, unless that has been read already.
        """
        self.handed_in, self.deadline = handed_in, time.monotonic() + seconds + GRACE_SECONDS
        # The slot writes where this leaves the file, which they share.
        self.output.seek(0)
        self.output.truncate()
        self.send(Task(handed_in, seconds, spare_core))

    def send(self, message: Orders | Inspection | Task) -> None:
        """Tell it something; where it is gone, whoever waits for the answer will find out."""
        with contextlib.suppress(ConnectionError):
            self.connection.send(message)

    def answer(self) -> Answer:
        """What came; raises Lost where the slot ended instead."""
        try:
            answer = Answer.model_validate_json(self.word())
        except ValidationError as error:
            raise Lost(f"The grading process gave an answer that can't be read: {error}") from None
        self.handed_in = None
        return answer

    def word(self) -> bytes:
        """What it says next; raises Lost where it ended instead."""
        try:
            return self.connection.recv_bytes()
        except (EOFError, OSError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE_SECONDS)
            said = self.end()
            raise Lost(f"The grading process {self._how_it_ended()}.{said}") from None

    def stuck(self) -> Lost:
        """End it because its time is over."""
        return Lost(f"The grading process was stuck and was ended.{self.end()}", stuck=True)

    def end(self) -> str:
        """Kill it and the workers that it started; a sentence with what it said last."""
        if self.output.closed:
            return ""
        if self.process.returncode is None:
            processes.kill_tree(self.process.pid)
            self.process.wait()
        self.connection.close()
        with self.output:
            size = self.output.seek(0, os.SEEK_END)
            self.output.seek(max(0, size - KEPT_OUTPUT))
            said = self.output.read().decode("utf-8", "backslashreplace").strip()
        return f" It said:\n{said}" if said else ""

    def _how_it_ended(self) -> str:
        code = self.process.returncode
        how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        return f"ended without a result ({how})"


@dataclass
class Slots:
    """Slots for one plan. Use it as a context manager: afterwards no process is left."""

    plan: Plan
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
                slot.end()
            self._slots.clear()

    def require_sound_checks(self) -> None:
        """Have the first slot list the checks, so that nobody else imports what they import.

        Raises BrokenChecks where they can't be used, and Stopped.
        """
        slot = self._start()
        slot.send(Inspection())
        deadline = time.monotonic() + self.plan.seconds
        try:
            while not wait([slot.connection], TICK_SECONDS):
                interruption.raise_if_asked()
                if time.monotonic() > deadline:
                    raise slot.stuck()
            problem = slot.word().decode()
        except Lost as lost:
            raise BrokenChecks(
                f"The checks could not be listed. {self._drop(slot, lost)}"
            ) from None
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
        with interruption.held():
            slot = start(self.plan)
            self._slots.append(slot)
        return slot

    def _drop(self, slot: Slot, lost: Lost) -> Lost:
        with interruption.held():
            slot.end()
            self._slots.remove(slot)
        return lost


def start(plan: Plan) -> Slot:
    """A process that grades by this plan."""
    shared = () if plan.images_file is None else (plan.images_file,)
    with contextlib.ExitStack() as opened:
        output = opened.enter_context(tempfile.TemporaryFile(prefix="autograder-"))
        ours, theirs = map(opened.enter_context, socket.socketpair())
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, str(theirs.fileno()), json.dumps(sys.path)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(theirs.fileno(), *shared),
            env=of_a_slot(),
            process_group=0,
        )
        theirs.close()
        opened.pop_all()
    slot = Slot(process, Connection(ours.detach()), output)
    slot.send(Orders(os.getpid(), plan))
    return slot
