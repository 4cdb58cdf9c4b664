"""The warm process of a slot: imports what workers need once, and forks each worker from itself.

Nothing of a submission, no key and no image ever reaches it: a request brings descriptors, and the
worker itself reads from them once it is where it belongs. It runs as the grader, outside of any
sandbox, and computes nothing. Between it and a worker stands a process that enters the worker's
namespaces, as only a child can be born in them, and that tells how the worker ended.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn

from . import syscalls, worker
from .confine import become
from .forking import MOST_BYTES, MOST_DESCRIPTORS, READY, Request
from .large_pages import use_large_pages
from .preload import preload


def main() -> NoReturn:
    """Take requests from the socket whose descriptor is the first argument, until it closes.

    The second argument lists the modules to import, as JSON.
    """
    line = socket.socket(fileno=int(sys.argv[1]))
    syscalls.end_with_parent()
    preload(json.loads(sys.argv[2]))
    sys.argv[:] = [""]
    # The processes in between end by themselves; nobody asks how.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # A worker that looks through all modules copies every page with one.
    kit = _modules_of_the_kit()
    gc.collect()
    gc.freeze()
    use_large_pages()
    line.send(READY)
    while True:
        data, descriptors, _, _ = socket.recv_fds(line, MOST_BYTES, MOST_DESCRIPTORS)
        if not data:
            os._exit(0)
        if os.fork() == 0:
            line.close()
            requests, replies = _be_between(Request(**json.loads(data)), kit, *descriptors)
            # What student's code does to a worker goes on from here as in a cold one.
            worker.serve(requests, replies)
        for descriptor in descriptors:
            os.close(descriptor)


def _be_between(
    request: Request,
    kit: Sequence[ModuleType],
    line_fd: int,
    requests: int,
    replies: int,
    output: int,
    *joined: int,
) -> tuple[int, int]:
    """Start the worker and stay as its keeper; returns in the worker alone, what it works with."""
    line = socket.socket(fileno=line_fd)
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        syscalls.end_with_parent()
        for process in joined:
            syscalls.enter_namespaces(process, request.join)
            syscalls.end_with_parent()
        pid = os.fork()
    except BaseException as error:
        _say(line, {"error": f"{type(error).__name__}: {error}"})
        os._exit(1)
    if pid != 0:
        _keep(pid, line)
    try:
        line.detach()
        _become_worker(request, kit, output, (requests, replies))
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    return requests, replies


def _keep(pid: int, line: socket.socket) -> NoReturn:
    """Say which process the worker is, then how it ended; then let go of it.

    It is let go of when the other end of the line is closed, so that its number stays its own for
    as long as somebody may signal it.
    """
    try:
        _close_all_but(line.fileno())
        _say(line, {"pid": pid})
        _end_with(line, pid)
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        died = ended.si_code != os.CLD_EXITED
        _say(line, {"code": -ended.si_status if died else ended.si_status})
        line.recv(1)
        os.waitpid(pid, 0)
    finally:
        os._exit(0)


def _end_with(line: socket.socket, pid: int) -> None:
    """Wait for the worker to end; kill it where nobody is left at the other end of the line."""
    worker = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(worker, select.POLLIN)
    poll.register(line, 0)
    if worker not in dict(poll.poll()):
        # It leads a group of its own as soon as it runs.
        for kill, whom in ((os.killpg, pid), (os.kill, pid)):
            with contextlib.suppress(OSError):
                kill(whom, signal.SIGKILL)


def _become_worker(
    request: Request, kit: Sequence[ModuleType], output: int, kept: Sequence[int]
) -> None:
    """Become what a worker is that was started from nothing."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(old, new)
    _close_all_but(*kept)
    if request.user is not None:
        become(request.user)
    elif request.join:
        syscalls.keep_capabilities(request.kept)
    syscalls.stay_visible()
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    tempfile.tempdir = None
    _move_kit(kit, request.kit)


def _move_kit(kit: Sequence[ModuleType], folder: str) -> None:
    """Let the kit's modules be those in `folder`, where what isn't imported yet can be found."""
    was, sys.path[0] = sys.path[0], folder
    for module in kit:
        module.__file__ = f"{folder}{str(module.__file__).removeprefix(was)}"
        if module.__spec__ is not None:
            module.__spec__.origin = module.__file__
        if hasattr(module, "__path__"):
            module.__path__ = [os.path.dirname(module.__file__)]


def _modules_of_the_kit() -> list[ModuleType]:
    ours = __package__.partition(".")[0]
    return [module for name, module in sys.modules.items() if name.partition(".")[0] == ours]


def _close_all_but(*kept: int) -> None:
    first = 3
    for descriptor in sorted(kept):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, 1 << 20)


def _say(line: socket.socket, message: dict[str, Any]) -> None:
    # Where nobody listens any more, the worker has been ended.
    with contextlib.suppress(OSError):
        line.send(json.dumps(message).encode())
