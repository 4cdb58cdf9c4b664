"""Watches a worker's whole process tree from outside and stops it at its limits."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass

import psutil

INTERVAL_SECONDS = 0.2
KEPT_BYTES = 64 * 1024


@dataclass(frozen=True)
class TreeLimits:
    """Bytes of memory and number of processes of a whole tree, bytes of output kept."""

    memory_bytes: int
    processes: int
    output_bytes: int


class Watch:
    """A thread that calls `stop` with the reason when the tree under `pid` passes a limit.

    The output file is cut back whenever it passes its limit, so that printing for ever costs
    nobody anything; its beginning stays readable through `head`.
    """

    def __init__(
        self, pid: int, output_fd: int, limits: TreeLimits, stop: Callable[[str], None]
    ) -> None:
        self.peak_bytes = 0
        self.head = b""
        self._pid, self._output_fd, self._limits, self._stop = pid, output_fd, limits, stop
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
            reason = self._limit_passed()
            if reason is not None:
                self._stop(reason)
                return
            self._bound_output()

    def _limit_passed(self) -> str | None:
        memory, processes = tree_use(self._pid)
        self.peak_bytes = max(self.peak_bytes, memory)
        if memory > self._limits.memory_bytes:
            limit = self._limits.memory_bytes >> 20
            return (
                f"used more than {limit:,} MB of memory; usual causes are a list that keeps "
                "every batch or a loss kept with its graph (keep `loss.item()`)"
            )
        if processes > self._limits.processes:
            return (
                f"started more than {self._limits.processes} processes; "
                "use at most a few DataLoader workers"
            )
        return None

    def _bound_output(self) -> None:
        if os.fstat(self._output_fd).st_size > self._limits.output_bytes:
            self._keep_head()
            os.ftruncate(self._output_fd, 0)

    def _keep_head(self) -> None:
        if not self.head:
            self.head = os.pread(self._output_fd, KEPT_BYTES, 0)


def tree_use(pid: int) -> tuple[int, int]:
    """Bytes that the processes under `pid` hold in memory (shared pages once), their number."""
    found = tree(pid)
    return sum(map(_own_bytes, found)), len(found)


def tree(pid: int) -> list[psutil.Process]:
    """The process with this id and all under it; none where it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def _own_bytes(process: psutil.Process) -> int:
    try:
        # A page that n processes share counts 1/n for each: workers that were forked share a lot.
        return int(process.memory_full_info().pss)
    except psutil.AccessDenied:
        pass
    except psutil.Error:
        return 0
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
