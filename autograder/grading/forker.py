"""Keeps the process that slots are forked from; it gets ready to grade once, for all of them.

It runs in a process group of its own, so that Ctrl-C on the terminal reaches the main process
alone. What it prints goes to a file that is read when it dies.
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
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from typing import IO, TYPE_CHECKING, Any

from .. import interruption
from ..sandbox import processes
from .environment import of_a_slot

if TYPE_CHECKING:
    from .batch import Plan

START_SECONDS = 300.0
"""How long it may take to import, list and load, also from a disk that has seen none of it."""
PATIENCE_SECONDS = 2.0
"""How long a process that has closed its connection may take to end."""
TICK_SECONDS = 0.5
KEPT_OUTPUT = 20_000
_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[2])
from autograder.grading.slot_process import main
main(int(sys.argv[1]))
"""


@dataclass(frozen=True)
class Orders:
    """What it is sent first: who keeps it, and what to grade with."""

    keeper: int
    plan: Plan


@dataclass(frozen=True)
class Inspection:
    """Asks whether the checks can be used: the answer is what to mend, or nothing."""


@dataclass(frozen=True)
class Fork:
    """Asks for a slot, whose connection and file for its output follow; the answer is its pid."""


@dataclass(frozen=True)
class End:
    """Asks how a slot ended, within so many seconds; once told, its pid is anybody's."""

    pid: int
    seconds: float


class Gone(Exception):
    """The process ended instead of answering; the message says how and what it printed."""


@dataclass
class Forker:
    """A process that slots are forked from."""

    process: subprocess.Popen[bytes]
    connection: Connection
    output: IO[bytes]
    _asking: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def problem_of_checks(self) -> str:
        """What to mend of the checks, "" for nothing; raises Gone and Stopped."""
        return str(self._answer(Inspection()))

    def fork(self, line: int, output: int) -> int:
        """The pid of a new slot, with these descriptors; raises Gone and Stopped."""
        return int(self._answer(Fork(), line, output))

    def code(self, pid: int) -> int | None:
        """The exit status of a slot, the negative number of its signal, or None for unknown."""
        with contextlib.suppress(Gone):
            with interruption.held():
                code = self._answer(End(pid, PATIENCE_SECONDS))
            return None if code is None else int(code)
        return None

    def is_gone(self) -> bool:
        """Has it ended, and with it all its slots?"""
        return self.process.poll() is not None

    def end(self) -> str:
        """End it with everything it started; a sentence with what it said last."""
        if self.output.closed:
            return ""
        self.connection.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE_SECONDS)
        if self.process.returncode is None:
            processes.kill_tree(self.process.pid)
            self.process.wait()
        return said_in(self.output)

    def _answer(self, question: object, *descriptors: int) -> Any:
        with self._asking:
            return self._answer_alone(question, *descriptors)

    def _answer_alone(self, question: object, *descriptors: int) -> Any:
        deadline = time.monotonic() + START_SECONDS
        try:
            self.connection.send(question)
            for descriptor in descriptors:
                send_handle(self.connection, descriptor, self.process.pid)
            while not self.connection.poll(TICK_SECONDS):
                interruption.raise_if_asked()
                if time.monotonic() > deadline:
                    raise Gone(f"The grading process was stuck and was ended.{self.end()}")
            return self.connection.recv()
        except (EOFError, OSError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE_SECONDS)
            how = how_it_ended(self.process.returncode)
            raise Gone(f"The grading process {how}.{self.end()}") from None


def start(plan: Plan) -> Forker:
    """A process for slots that grade by this plan; OSError where it can't be started."""
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
    forker = Forker(process, Connection(ours.detach()), output)
    with contextlib.suppress(OSError):
        # Where it is gone already, the first question finds out.
        forker.connection.send(Orders(os.getpid(), plan))
    return forker


def how_it_ended(code: int | None) -> str:
    """What to say of a process that ended without doing what it should."""
    how = "by itself" if code is None else f"exit status {code}"
    if code is not None and code < 0:
        how = signal.Signals(-code).name
    return f"ended without a result ({how})"


def said_in(output: IO[bytes]) -> str:
    """A sentence with the end of a file of output, which is closed; "" where nothing was said."""
    with output:
        size = output.seek(0, os.SEEK_END)
        output.seek(max(0, size - KEPT_OUTPUT))
        said = output.read().decode("utf-8", "backslashreplace").strip()
    return f" It said:\n{said}" if said else ""
