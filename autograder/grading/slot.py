"""Runs in a process of its own: grades the submissions that the main process sends, one by one."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from ..printable import cut, printable
from .checks import BrokenChecks
from .slots import Answer, Inspection
from .submission import HandedIn

if TYPE_CHECKING:
    from .results import Result
    from .session import Grader
    from .submission import Submission

PR_SET_PDEATHSIG = 1
LONGEST_LOG = 200_000


def main(descriptor: int) -> None:
    """Take orders and tasks from the connection with this descriptor until its other end closes."""
    os.set_inheritable(descriptor, False)
    faulthandler.enable()
    connection = Connection(descriptor)
    orders = connection.recv()
    _die_with(orders.keeper)
    grader = orders.plan.grader()
    grader.begin()
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            grader.close()
            return
        if isinstance(task, Inspection):
            connection.send_bytes(problem_of_checks(grader).encode())
            continue
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


def _die_with(keeper: int) -> None:
    """Leave nobody behind when the main process is killed; only Linux knows how."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:
            os._exit(1)
