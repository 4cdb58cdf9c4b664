"""Finds, counts and kills the processes of a worker, also while they try to be many."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

ENOUGH = 10_000
_PATIENCE = 10.0


@dataclass(frozen=True)
class Use:
    """What processes use together: bytes of memory, threads of all of them, seconds of CPU."""

    memory_bytes: int = 0
    threads: int = 0
    cpu_seconds: float = 0.0


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that it hasn't lost since."""
    try:
        lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        lists = []
    if lists:
        return [int(word) for one in lists for word in one.split()]
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def tree(pid: int, most: int = ENOUGH) -> list[psutil.Process]:
    """The process with this id and all under it, about `most`; none where it is gone."""
    found: list[psutil.Process] = []
    waiting = [pid]
    while waiting and len(found) <= most:
        current = waiting.pop(0)
        with contextlib.suppress(psutil.Error):
            found.append(psutil.Process(current))
            waiting += children(current)
    return found


def of_user(number: int) -> list[psutil.Process]:
    """The live processes of the user with this number, whoever their parents are."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.uids().real == number and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def use_of(found: Iterable[psutil.Process], memory_bytes: int) -> Use:
    """What these processes use. Shared pages count once where that decides about `memory_bytes`."""
    all_of_them = list(found)
    memory = sum(_resident_bytes(process) for process in all_of_them)
    if memory > memory_bytes:
        memory = sum(_own_bytes(process) for process in all_of_them)
    threads, seconds = 0, 0.0
    for process in all_of_them:
        with contextlib.suppress(psutil.Error), process.oneshot():
            threads += process.num_threads()
            seconds += sum(process.cpu_times()[:4])
    return Use(memory, threads, seconds)


def kill_tree(pid: int) -> None:
    """Kill the process group of `pid` and everything under it; return when nothing of it is left.

    A process that is the first of a namespace takes all others in it along.
    """
    below = tree(pid)[1:]
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for process in below:
        with contextlib.suppress(psutil.Error):
            process.kill()
    wait_gone(process.pid for process in below)


def wait_gone(pids: Iterable[int]) -> None:
    """Wait until these processes run no more, for some seconds at most."""
    deadline = time.monotonic() + _PATIENCE
    for pid in pids:
        while _runs(pid) and time.monotonic() < deadline:
            time.sleep(0.002)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state not in "ZX"


def _resident_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _own_bytes(process: psutil.Process) -> int:
    try:
        # A page that n processes share counts 1/n for each: workers that were forked share a lot.
        return int(process.memory_full_info().pss)
    except psutil.AccessDenied:
        return _resident_bytes(process)
    except psutil.Error:
        return 0
