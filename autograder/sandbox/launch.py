"""Has a worker for one part, asks it for probes, and ends it with everything it started."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import wire
from .answers import BadReply, SandboxBroken, WorkerStopped, WorkerTimeout, value_of
from .backends import BACKENDS
from .blob import WireError
from .confine import Confinement
from .room import Limits, Room, python
from .started import Cold, Started
from .warm import Warm
from .watch import Watch

START_SECONDS = 120.0
_SAID = 2_000
_PIPE_BYTES = 1 << 20


@dataclass(frozen=True)
class Job:
    """What a worker gets to see: the submission and the probes of one part.

    `files` maps relative paths to contents, `modules` module names to the path that counts,
    `needed` are the modules that this part is graded on, `imports` what is imported beforehand.
    """

    files: Mapping[str, bytes]
    modules: Mapping[str, str]
    needed: tuple[str, ...]
    probes: str
    limits: Limits
    backend: str
    gpu: bool = False
    imports: tuple[str, ...] = ()


@dataclass
class Worker:
    """One sandboxed process. Use it as a context manager; it is started at the first call.

    It is forked from `warm` where there is one and that works, else started from nothing.
    """

    job: Job
    warm: Warm | None = None
    output: bytes = b""
    peak_bytes: int = 0
    _process: Started | None = None
    _room: Room | None = None
    _watch: Watch | None = None
    _stopped_for: str | None = None
    _calls: int = 0
    _cleanup: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _requests: int = -1
    _replies: int = -1

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def call(self, probe: str, arguments: Mapping[str, Any], seed: int, seconds: float) -> Any:
        """What `probe` returns for the student's modules, as plain data.

        Raises StudentError, BadReply, WorkerStopped or WorkerTimeout, all of them about the
        student's code, and SandboxBroken where the worker can't be started. After any of the
        last four the worker is gone; the next call starts another one.
        """
        self.start()
        self._calls += 1
        deadline = time.monotonic() + seconds
        request = {
            "id": self._calls, "probe": probe, "arguments": dict(arguments), "seed": seed,
        }  # fmt: skip
        try:
            wire.write_frame(self._requests, *wire.pieces(request), deadline=deadline)
            return value_of(self._reply(deadline))
        except wire.OutOfTime:
            self.close()
            raise WorkerTimeout from None
        except wire.Closed:
            raise WorkerStopped(self._reason()) from None
        except (WireError, BadReply) as error:
            self.close()
            raise BadReply(str(error)) from None

    def start(self) -> None:
        """Start the worker where it doesn't run; SandboxBroken where that fails."""
        if self._process is None:
            self._start()

    def load(self, seconds: float) -> None:
        """Import the modules that the part is graded on; raises what `call` raises."""
        self.call("", {}, 0, seconds)

    def close(self) -> None:
        """End the worker, everything it started, and everything it left behind."""
        if self._process is None:
            return
        self._kill()
        self._process.reap()
        if self._watch is not None:
            self._watch.end()
            self.output += self._watch.head
            self.peak_bytes = max(self.peak_bytes, self._watch.peak_bytes)
        os.close(self._requests)
        os.close(self._replies)
        self._cleanup.close()
        self._process = self._watch = self._room = None

    def _start(self) -> None:
        self._stopped_for = None
        if self.warm is not None:
            try:
                self._start_with(self.warm.fork)
                return
            except SandboxBroken as error:
                self.warm.problem = str(error)
        self._start_with(_start_cold)

    def _start_with(self, begin: Callable[[Room, int, int, int], Started]) -> None:
        limits = self.job.limits
        try:
            output = self._output_file()
            room = BACKENDS[self.job.backend].room(limits, self.job.gpu)
        except OSError as error:
            self._cleanup.close()
            raise SandboxBroken(f"no room for the worker: {error}") from None
        self._cleanup.callback(room.clear)
        child_reads, self._requests = os.pipe()
        self._replies, child_writes = os.pipe()
        os.set_blocking(self._requests, False)
        os.set_blocking(self._replies, False)
        if sys.platform == "linux":
            # Fewer turns between the two sides. A user may have only so many large ones.
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._requests, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        try:
            self._process = begin(room, child_reads, child_writes, output)
        except SandboxBroken as error:
            os.close(self._requests)
            os.close(self._replies)
            said = os.pread(output, _SAID, 0).decode("utf-8", "replace").strip()
            self._cleanup.close()
            raise SandboxBroken(f"{error}; it said: {said}" if said else str(error)) from None
        finally:
            for descriptor in (child_reads, child_writes, *room.descriptors):
                os.close(descriptor)
        self._room = room
        self._watch = Watch(self._process, room, output, limits, self._stop_for)
        self._greet(room.confinement)

    def _greet(self, confinement: Confinement) -> None:
        deadline = time.monotonic() + START_SECONDS
        start = wire.encode(_start_message(self.job, confinement))
        try:
            wire.write_frame(self._requests, start, deadline=deadline)
            ready = wire.read_frame(self._replies, wire.FrameLimits(), deadline)
        except (wire.OutOfTime, wire.Closed, WireError) as error:
            self.close()
            said = self.output.decode("utf-8", "replace").strip()[-_SAID:]
            raise SandboxBroken(
                f"the worker did not start ({self._stopped_for or type(error).__name__}); "
                f"it said: {said or 'nothing'}"
            ) from None
        if ready != {"ready": True}:
            self.close()
            raise SandboxBroken("the worker's first words were unexpected")

    def _reply(self, deadline: float) -> dict[str, Any]:
        reply = wire.read_frame(self._replies, wire.FrameLimits(), deadline)
        # Only a number is compared with one: a tensor would answer with a tensor.
        if isinstance(reply, dict) and type(reply.get("id")) is int and reply["id"] == self._calls:
            return reply
        raise BadReply("the answer is to another question")

    def _reason(self) -> str:
        assert self._process is not None
        code = self._process.code(1.0 if self._stopped_for is None else 0.0)
        self.close()
        if self._stopped_for is not None:
            return self._stopped_for
        if code is None:
            return "closed its connection to the grader"
        # bubblewrap passes a signal on as a shell does.
        number = -code if code < 0 else code - 128
        if number == signal.SIGXCPU:
            return "used more CPU time than the part allows"
        if number in {one.value for one in signal.Signals}:
            return f"crashed the Python process ({signal.Signals(number).name})"
        return f"ended the Python process (exit status {code}); don't call `exit()` in a module"

    def _stop_for(self, reason: str | None) -> None:
        self._stopped_for = reason
        self._kill()

    def _kill(self) -> None:
        if self._process is not None and self._room is not None:
            self._room.end(self._process)

    def _output_file(self) -> int:
        """A file that is gone when it is closed; writes go to its end, wherever that is."""
        fd, name = tempfile.mkstemp(prefix="autograder-")
        os.unlink(name)
        self._cleanup.callback(os.close, fd)
        fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_APPEND)
        return fd


def _start_cold(room: Room, requests: int, replies: int, output: int) -> Cold:
    """A worker in `room` that reads from `requests` and writes to `replies` and `output`."""
    command = [*room.enclosure, *python(room.kit), str(requests), str(replies)]
    # An enclosure goes to the folder itself, which may be there for it alone.
    folder = "/" if room.enclosure else room.folder
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(requests, replies, *room.descriptors),
            env=room.environment,
            cwd=folder,
            start_new_session=True,
            user=room.user,
            group=room.user,
            extra_groups=None if room.user is None else [],
        )
    except OSError as error:
        raise SandboxBroken(f"{command[0]} could not be started: {error}") from None
    return Cold(process)


def _start_message(job: Job, confinement: Confinement) -> dict[str, Any]:
    return {
        "files": {name: base64.b64encode(data).decode() for name, data in job.files.items()},
        "modules": dict(job.modules),
        "needed": list(job.needed),
        "probes": job.probes,
        "imports": list(job.imports),
        "confinement": confinement.as_data(),
    }
