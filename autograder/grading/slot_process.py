"""Runs in processes of their own: one gets ready to grade, and forks slots, which grade.

What is imported, listed and loaded once is there for all slots, and in memory once.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import gc
import os
import signal
import sys
import time
import traceback
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from typing import TYPE_CHECKING, NoReturn

from ..printable import cut, printable
from .checks import BrokenChecks
from .forker import End, Fork, Inspection
from .slot import Answer
from .submission import HandedIn

if TYPE_CHECKING:
    from .results import Result
    from .session import Grader
    from .submission import Submission

PR_SET_PDEATHSIG = 1
LONGEST_LOG = 200_000
LOOK_SECONDS = 0.01


def main(descriptor: int) -> None:
    """Take orders, then requests for slots, from the connection with this descriptor.

    It ends when the other end closes, and the slots with it.
    """
    os.set_inheritable(descriptor, False)
    faulthandler.enable()
    connection = Connection(descriptor)
    orders = connection.recv()
    _die_with(orders.keeper)
    grader = orders.plan.grader()
    grader.begin()
    while True:
        try:
            asked = connection.recv()
        except (EOFError, OSError):
            grader.close()
            _wait_for_slots()
            return
        match asked:
            case Inspection():
                connection.send(problem_of_checks(grader))
            case Fork():
                line, output = recv_handle(connection), recv_handle(connection)
                connection.send(_forked(grader, line, output, connection))
            case End(pid, seconds):
                connection.send(_code(pid, seconds))


def _forked(grader: Grader, line: int, output: int, connection: Connection) -> int:
    """The process of a new slot, which has these descriptors."""
    # Only one that is ready can be asked for workers by several.
    grader.wait_until_warm()
    gc.collect()
    gc.freeze()
    forker = os.getpid()
    pid = os.fork()
    if pid == 0:
        connection.close()
        _be_slot(grader, line, output, forker)
    # Whoever does it first: the group must be there before anybody is told of it.
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)
    os.close(line)
    os.close(output)
    return pid


def _be_slot(grader: Grader, line: int, output: int, forker: int) -> NoReturn:
    try:
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        for descriptor in (1, 2):
            os.dup2(output, descriptor)
        os.close(output)
        _die_with(forker)
        grader.in_session(lambda: serve(grader, Connection(line)))
        grader.close()
        sys.stdout.flush()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def serve(grader: Grader, connection: Connection) -> None:
    """Grade the submissions that come, one by one, until the other end closes."""
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        faulthandler.dump_traceback_later(task.seconds)
        answer = encoded(*result_and_log(grader, task.handed_in, task.spare_core))
        faulthandler.cancel_dump_traceback_later()
        connection.send_bytes(answer)


def problem_of_checks(grader: Grader) -> str:
    """What to mend before anything can be graded; "" where nothing is."""
    try:
        grader.require_sound_checks()
    except BrokenChecks as broken:
        return str(broken)
    return ""


def result_and_log(
    grader: Grader, submission: HandedIn | Submission, spare_core: bool = False
) -> tuple[Result | None, str]:
    """What the grader gives; no result and the traceback where it fails, however it does."""
    try:
        if isinstance(submission, HandedIn):
            return grader.grade(submission, spare_core)
        return grader.grade_contents(submission, spare_core)
    except BaseException:
        return None, traceback.format_exc()


def encoded(result: Result | None, log: str) -> bytes:
    """An answer as JSON; one without a result where the result can't be written down."""
    try:
        return Answer(result=result, log=_readable(log)).model_dump_json().encode()
    except Exception:
        log = _readable(f"{traceback.format_exc()}\n{log}")
        return Answer(result=None, log=log).model_dump_json().encode()


def _readable(log: str) -> str:
    return printable(cut(log, LONGEST_LOG), keep="\n\t")


def _code(pid: int, seconds: float) -> int | None:
    """How a slot ended, which frees its number; None where it runs on for so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended == pid:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            return None
        time.sleep(LOOK_SECONDS)


def _wait_for_slots() -> None:
    """Leave none behind that has ended and that nobody has asked about."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _die_with(keeper: int) -> None:
    """Leave nobody behind when whoever keeps this process is killed; only Linux knows how."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:
            os._exit(1)
