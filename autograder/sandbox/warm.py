"""Keeps a warm process and has it fork workers: milliseconds each, where a cold one imports."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from . import processes
from .answers import SandboxBroken
from .forking import MOST_BYTES, READY, Request
from .room import KIT_PACKAGE, Room, environment
from .syscalls import NAMESPACES

START_SECONDS = 120.0
FORK_SECONDS = 60.0
END_SECONDS = 10.0
_START = f"""
import sys
sys.path.insert(0, {str(KIT_PACKAGE.parent)!r})
from autograder.sandbox.zygote import main
main()
"""
_PING = b"\n"


@dataclass
class Forked:
    """A worker that was forked: `line` leads to the process in between, which knows how it ended.

    `holder` keeps the namespaces that it entered, with the processes `idle` in them.
    """

    pid: int
    line: socket.socket
    holder: subprocess.Popen[bytes] | None
    idle: Collection[int]
    _code: int | None = None
    _asking: threading.Lock = field(default_factory=threading.Lock)

    @property
    def top(self) -> int:
        """The process that the namespaces end with, where there are any."""
        return self.pid if self.holder is None else self.holder.pid

    def code(self, seconds: float) -> int | None:
        """Its exit status or the negative number of the signal; None where it still runs then."""
        with self._asking:
            # Whoever ends it may be another thread than the one that works with it.
            is_asked = self._code is None and self.line.fileno() >= 0
            if is_asked and _is_readable(self.line, seconds):
                with contextlib.suppress(OSError, ValueError, KeyError):
                    self._code = json.loads(self.line.recv(MOST_BYTES))["code"]
            return self._code

    def let_go(self) -> None:
        """Let the process in between forget it."""
        self.code(END_SECONDS)
        with self._asking:
            self.line.close()

    def reap(self) -> None:
        """Wait for the namespaces to be gone."""
        if self.holder is not None:
            _end(self.holder)


@dataclass
class Warm:
    """A warm process that has imported `imports`. Use it as a context manager, or `end` it.

    It is started by `begin`, else at the first fork, and again where it has ended. `problem` says
    what went wrong last.
    """

    imports: Sequence[str]
    problem: str | None = None
    _process: subprocess.Popen[bytes] | None = None
    _line: socket.socket | None = field(default=None, repr=False)
    _is_ready: bool = False
    _starter: int = 0

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.end()

    @property
    def pid(self) -> int | None:
        """The process, where there is one."""
        return None if self._process is None else self._process.pid

    def begin(self) -> None:
        """Let it start and import, without waiting for it."""
        if self._process is None:
            self._start()

    def wait(self) -> None:
        """Wait until it has imported; `problem` says where it did not.

        A fork of this process can ask it for workers, too, once it has been waited for.
        """
        self.begin()
        try:
            self._ready()
        except (OSError, SandboxBroken) as error:
            self.problem = str(error)

    def end(self) -> None:
        """End the process; workers that it forked end with it.

        A fork of the process that started it lets it be, as others may need it.
        """
        if self._line is not None:
            self._line.close()
        if self._process is not None and self._starter == os.getpid():
            self._process.kill()
            self._process.wait()
        self._line = self._process = None
        self._is_ready = False

    def fork(self, room: Room, requests: int, replies: int, output: int) -> Forked:
        """A worker in `room` that reads from `requests` and writes to `replies` and `output`.

        Raises SandboxBroken where there can be none.
        """
        holder, join, idle = None, 0, set[int]()
        with contextlib.ExitStack() as undone, contextlib.ExitStack() as passed:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            undone.callback(ours.close)
            passed.callback(theirs.close)
            descriptors = [theirs.fileno(), requests, replies, output]
            try:
                if room.enclosure:
                    holder = _hold(room, output)
                    undone.callback(_end, holder)
                    inside = _first_inside(holder)
                    join = _to_join(inside, room)
                    idle.update(processes.children(inside))
                    descriptors.append(os.pidfd_open(inside))
                    passed.callback(os.close, descriptors[-1])
                self._ask(_request(room, join), descriptors)
                # From here on the line ends with whoever was started.
                passed.close()
                pid = _said(ours, "pid")
            except (OSError, KeyError, ValueError, SandboxBroken) as error:
                raise SandboxBroken(f"the worker could not be forked: {error}") from None
            undone.pop_all()
        return Forked(pid, ours, holder, idle)

    def _ask(self, request: Request, descriptors: Sequence[int]) -> None:
        message = json.dumps(asdict(request)).encode()
        if self._process is not None:
            with contextlib.suppress(OSError):
                socket.send_fds(self._ready(), [message], descriptors)
                return
            self.end()
        self._start()
        socket.send_fds(self._ready(), [message], descriptors)

    def _ready(self) -> socket.socket:
        assert self._line is not None
        if not self._is_ready:
            if not _is_readable(self._line, START_SECONDS) or self._line.recv(MOST_BYTES) != READY:
                self.end()
                raise SandboxBroken("the warm process did not start")
            self._is_ready = True
        return self._line

    def _start(self) -> None:
        self._starter = os.getpid()
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        names = json.dumps(list(self.imports))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-P", "-B", "-c", _START, str(theirs.fileno()), names],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=environment("/"),
                cwd="/",
                start_new_session=True,
            )


def is_possible() -> bool:
    """Can workers be forked into where they belong on this system?"""
    return sys.platform == "linux"


def _request(room: Room, join: int) -> Request:
    return Request(
        folder=room.folder,
        kit=room.kit,
        environment=room.environment,
        user=room.user,
        join=join,
        kept=room.capabilities,
    )


def _said(line: socket.socket, what: str) -> int:
    if not _is_readable(line, FORK_SECONDS):
        raise SandboxBroken("it took too long")
    message: dict[str, Any] = json.loads(line.recv(MOST_BYTES) or b"{}")
    if "error" in message:
        raise SandboxBroken(message["error"])
    return int(message[what])


def _hold(room: Room, output: int) -> subprocess.Popen[bytes]:
    """A process that keeps the room's namespaces and does nothing; SandboxBroken where it fails.

    It ends when its input is closed, so with whoever holds the other end.
    """
    try:
        holder = subprocess.Popen(
            [*room.enclosure, "cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            pass_fds=tuple(room.descriptors),
            env=room.environment,
            cwd="/",
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        raise SandboxBroken(f"{room.enclosure[0]} could not be started: {error}") from None
    assert holder.stdin is not None
    assert holder.stdout is not None
    with contextlib.suppress(OSError):
        # What comes back says that the namespaces are as they should be.
        holder.stdin.write(_PING)
        if _is_readable(holder.stdout, START_SECONDS) and holder.stdout.read(1) == _PING:
            holder.stdout.close()
            return holder
    _end(holder)
    raise SandboxBroken(f"{room.enclosure[0]} did not start")


def _end(holder: subprocess.Popen[bytes]) -> None:
    for stream in (holder.stdin, holder.stdout):
        if stream is not None:
            stream.close()
    holder.kill()
    holder.wait()


def _first_inside(holder: subprocess.Popen[bytes]) -> int:
    inside = processes.children(holder.pid)
    if len(inside) != 1:
        raise SandboxBroken(f"expected one process in the namespaces, found {len(inside)}")
    return inside[0]


def _to_join(pid: int, room: Room) -> int:
    """The kinds of namespaces of process `pid` that aren't ours; SandboxBroken where one is."""
    kinds = {
        name: flag
        for name, flag in NAMESPACES.items()
        if _namespace(pid, name) != _namespace("self", name)
    }
    missing = set(room.namespaces) - kinds.keys()
    if missing:
        raise SandboxBroken(f"expected namespaces of its own, found none of: {', '.join(missing)}")
    return sum(kinds.values())


def _namespace(pid: int | str, name: str) -> str:
    return os.readlink(f"/proc/{pid}/ns/{name}")


def _is_readable(source: Any, seconds: float) -> bool:
    poll = select.poll()
    poll.register(source, select.POLLIN)
    return bool(poll.poll(max(0, seconds) * 1000))
