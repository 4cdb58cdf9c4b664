"""A process that grades, a submission at a time; what it prints is read when it dies."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import IO, TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from ..sandbox import processes
from .forker import Forker, Gone, how_it_ended, said_in
from .results import Result
from .submission import HandedIn

if TYPE_CHECKING:
    from .submission import Submission

GRACE_SECONDS = 5.0
"""How long a slot has, once its time is over, to write down where it is stuck."""


class Answer(BaseModel):
    """What a slot says about a submission; without a result, `log` says what went wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    result: Result | None
    log: str


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
    """A process that grades, forked from `forker`."""

    pid: int
    forker: Forker
    connection: Connection
    output: IO[bytes]
    handed_in: HandedIn | Submission | None = None
    deadline: float = 0.0
    _code: int | None = None

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
        with contextlib.suppress(ConnectionError):
            # Where it is gone, whoever waits for the answer will find out.
            self.connection.send(Task(handed_in, seconds, spare_core))

    def answer(self) -> Answer:
        """What came; raises Lost where the slot ended instead."""
        try:
            answer = Answer.model_validate_json(self.connection.recv_bytes())
        except (EOFError, OSError):
            self._code = self.forker.code(self.pid)
            said = self.end()
            raise Lost(f"The grading process {how_it_ended(self._code)}.{said}") from None
        except ValidationError as error:
            raise Lost(f"The grading process gave an answer that can't be read: {error}") from None
        self.handed_in = None
        return answer

    def stuck(self) -> Lost:
        """End it because its time is over."""
        return Lost(f"The grading process was stuck and was ended.{self.end()}", stuck=True)

    def end(self) -> str:
        """Kill it and the workers that it started; a sentence with what it said last."""
        if self.output.closed:
            return ""
        self.kill()
        if self._code is None:
            self._code = self.forker.code(self.pid)
        self.connection.close()
        return said_in(self.output)

    def kill(self) -> None:
        """Kill it and its workers; its pid stays its own until the forker is asked about it."""
        if self._code is None and not self.forker.is_gone():
            processes.kill_tree(self.pid)


def new_slot(forker: Forker) -> Slot:
    """A slot by the forker's plan; raises Lost, Stopped, and OSError where there is no room."""
    with contextlib.ExitStack() as opened:
        output = opened.enter_context(tempfile.TemporaryFile(prefix="autograder-"))
        ours, theirs = map(opened.enter_context, socket.socketpair())
        try:
            pid = forker.fork(theirs.fileno(), output.fileno())
        except Gone as gone:
            raise Lost(str(gone)) from None
        theirs.close()
        opened.pop_all()
    return Slot(pid, forker, Connection(ours.detach()), output)
