"""Runs a command and says what it took: wall seconds, CPU seconds of the machine, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_SECONDS = 0.5


@dataclass(frozen=True)
class Took:
    """`cpu` counts everything that ran on the machine meanwhile, so it wants to be idle.

    `memory` is the peak of what all processes of the command hold in bytes, shared pages divided
    among them; None where it was not looked at, which costs some CPU time itself.
    """

    wall: float
    cpu: float
    memory: int | None = None

    def each(self, number: int) -> Took:
        return Took(self.wall / number, self.cpu / number, self.memory)


def run(
    commands: Sequence[Sequence[str]],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    memory: bool = False,
) -> Took:
    """All commands side by side, until the last has ended; SystemExit where one fails."""
    before, started = _cpu(), time.perf_counter()
    processes = [
        subprocess.Popen(
            [*command],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        for command in commands
    ]
    peak = _Peak([process.pid for process in processes]) if memory else None
    said = [process.communicate()[0] for process in processes]
    wall, cpu = time.perf_counter() - started, _cpu() - before
    for command, process, text in zip(commands, processes, said, strict=True):
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{text.decode()}")
    return Took(wall, cpu, peak.end() if peak else None)


def median(measured: Sequence[Took]) -> Took:
    """The median of each figure."""
    memory = [one.memory for one in measured if one.memory is not None]
    return Took(
        statistics.median(one.wall for one in measured),
        statistics.median(one.cpu for one in measured),
        int(statistics.median(memory)) if memory else None,
    )


def _cpu() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice)


class _Peak:
    """Watches process trees, and keeps the most memory that they held together."""

    def __init__(self, roots: Sequence[int]) -> None:
        self._roots, self._most = roots, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> int:
        self._over.set()
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self._most = max(self._most, sum(map(_held, self._tree())))

    def _tree(self) -> list[int]:
        found = []
        for root in self._roots:
            try:
                process = psutil.Process(root)
                found += [root, *(child.pid for child in process.children(recursive=True))]
            except psutil.Error:
                continue
        return found


def _held(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    pss = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0")
    return int(pss.split()[1]) << 10
