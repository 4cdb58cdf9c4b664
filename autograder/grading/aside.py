"""Does a piece of the grader's own work in a process beside this one, where a core is free for it.

The other process is a fork of this one, so that it has everything imported and loaded already.
"""

from __future__ import annotations

import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ..sandbox.syscalls import end_with_parent

T = TypeVar("T")


class Failed(Exception):
    """What was done aside gave no result; the message is its traceback, or says how it ended."""


@contextmanager
def aside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Let `work` begin; calling what this gives waits for its result, which pickle must know.

    The call raises Failed where there is none. Afterwards the process is gone, done or not.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        _do(work, write)
    os.close(write)
    ended = False

    def result() -> T:
        nonlocal ended
        with os.fdopen(read, "rb", closefd=False) as pipe:
            answer = pipe.read()
        _, status = os.waitpid(pid, 0)
        ended = True
        if not answer:
            code = os.waitstatus_to_exitcode(status)
            raise Failed(f"the process that did it ended without a result ({code})")
        value, trace = pickle.loads(answer)
        if trace:
            raise Failed(trace)
        found: T = value
        return found

    try:
        yield result
    finally:
        if not ended:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(read)


def _do(work: Callable[[], object], pipe: int) -> None:
    """Work, send what came of it, and end without anything that belongs to the parent."""
    try:
        end_with_parent()
        try:
            answer = pickle.dumps((work(), ""))
        except BaseException:
            answer = pickle.dumps((None, traceback.format_exc()))
        with os.fdopen(pipe, "wb") as stream:
            stream.write(answer)
    finally:
        os._exit(0)
