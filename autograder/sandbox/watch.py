"""Watches a worker from outside and stops it, with everything it started, at its limits."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from .processes import opened_by, runs, use_of
from .room import MOST_DESCRIPTORS, MOST_FILES, Limits, Room
from .started import Started

INTERVAL_SECONDS = 0.2
KEPT_BYTES = 64 * 1024


class Watch:
    """A thread that calls `stop` with the reason when the worker passes a limit.

    Without a reason where the worker has ended by itself: what it left may hold its pipe open.
    The output file is cut back whenever it passes its limit, so that printing for ever costs
    nobody anything; its beginning stays readable through `head`.
    """

    def __init__(
        self,
        worker: Started,
        room: Room,
        output_fd: int,
        limits: Limits,
        stop: Callable[[str | None], None],
    ) -> None:
        self.peak_bytes = 0
        self.head = b""
        self._worker, self._room, self._output_fd = worker, room, output_fd
        self._limits, self._stop = limits, stop
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop watching."""
        self._ended.set()
        self._thread.join()
        self._keep_head()

    def _run(self) -> None:
        while not self._ended.wait(INTERVAL_SECONDS):
            if not runs(self._worker.pid):
                self._stop(None)
                return
            try:
                reason = self._limit_passed()
            except OSError as error:
                reason = f"could not be watched ({error.strerror})"
            if reason is not None:
                self._stop(reason)
                return
            self._bound_output()

    def _limit_passed(self) -> str | None:
        limits = self._limits
        found = self._room.processes(self._worker, limits.most_processes)
        too_many = (
            f"started more than {limits.processes} processes and threads; "
            "use at most a few DataLoader workers, and none that starts others"
        )
        if len(found) > limits.processes:
            return too_many
        use = use_of(found, limits.memory_bytes)
        self.peak_bytes = max(self.peak_bytes, use.memory_bytes)
        too_much_memory = (
            f"used more than {limits.memory_bytes >> 20:,} MB of memory; usual causes are a "
            "list that keeps every batch or a loss kept with its graph (keep `loss.item()`)"
        )
        if use.memory_bytes > limits.memory_bytes:
            return too_much_memory
        if use.threads > limits.processes:
            return too_many
        if use.cpu_seconds > limits.cpu_seconds:
            return (
                f"used more than {limits.cpu_seconds:,} seconds of CPU time; usual causes are a "
                "loop that never ends or many workers that compute at once"
            )
        held = opened_by(found, MOST_DESCRIPTORS)
        if held.descriptors > MOST_DESCRIPTORS:
            return (
                f"had more than {MOST_DESCRIPTORS:,} files and connections open at once; "
                "close each file after use (`with open(...)`)"
            )
        if held.shared_bytes > limits.memory_bytes:
            return too_much_memory
        written = self._room.written(self._worker)
        if written.files > MOST_FILES or written.bytes_ + held.file_bytes > limits.scratch_bytes:
            return (
                f"wrote more than {limits.scratch_bytes >> 20:,} MB or {MOST_FILES:,} files to "
                "disk; usual causes are a data set that is copied or a file for every batch"
            )
        return None

    def _bound_output(self) -> None:
        if os.fstat(self._output_fd).st_size > self._limits.output_bytes:
            self._keep_head()
            os.ftruncate(self._output_fd, 0)

    def _keep_head(self) -> None:
        if not self.head:
            self.head = os.pread(self._output_fd, KEPT_BYTES, 0)
