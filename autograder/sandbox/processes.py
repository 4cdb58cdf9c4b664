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

from . import procfs

ENOUGH = 10_000
_PATIENCE = 10.0
_NOTHING = procfs.Open()


@dataclass(frozen=True)
class Use:
    """What processes use together: bytes of memory, threads of all of them, seconds of CPU."""

    memory_bytes: int = 0
    threads: int = 0
    cpu_seconds: float = 0.0


def runs(pid: int) -> bool:
    """Has this process, one of its threads at least, not ended?"""
    if procfs.IS_HERE:
        return procfs.facts(pid) is not None
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


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
    for pid in procfs.of_user(number):
        if procfs.facts(pid) is not None:
            with contextlib.suppress(psutil.Error):
                found.append(psutil.Process(pid))
    return found


def use_of(found: Iterable[psutil.Process], memory_bytes: int) -> Use:
    """What these processes use. Shared pages count once where that decides about `memory_bytes`."""
    used = {process: facts for process in found if (facts := _facts(process)) is not None}
    memory = sum(facts.memory_bytes for facts in used.values())
    if memory > memory_bytes:
        memory = sum(_own_bytes(process, facts) for process, facts in used.items())
    return Use(
        memory,
        sum(facts.threads for facts in used.values()),
        sum(facts.cpu_seconds for facts in used.values()),
    )


def opened_by(found: Iterable[psutil.Process], most: int) -> procfs.Open:
    """What these processes have open; only the count of it where there are more than `most`."""
    return procfs.open_by([process.pid for process in found], most) if procfs.IS_HERE else _NOTHING


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
        while runs(pid) and time.monotonic() < deadline:
            time.sleep(0.002)


def _facts(process: psutil.Process) -> procfs.Facts | None:
    if procfs.IS_HERE:
        return procfs.facts(process.pid)
    try:
        with process.oneshot():
            return procfs.Facts(
                threads=process.num_threads(),
                cpu_seconds=sum(process.cpu_times()[:4]),
                memory_bytes=process.memory_info().rss,
            )
    except psutil.Error:
        return None


def _own_bytes(process: psutil.Process, facts: procfs.Facts) -> int:
    # A page that n processes share counts 1/n for each: workers that were forked share a lot.
    own = procfs.own_bytes(process.pid) if procfs.IS_HERE else None
    return facts.memory_bytes if own is None else own
