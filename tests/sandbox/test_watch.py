"""The watch over a tree of processes: what it counts, and when it says stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from autograder.sandbox import procfs
from autograder.sandbox.processes import tree, use_of
from autograder.sandbox.room import Limits, Room
from autograder.sandbox.started import Cold
from autograder.sandbox.watch import Watch

from .conftest import LIMITS

HOLD = """
import os, sys, time
held = bytearray(os.urandom(1 << 20)) * 100
children = []
for _ in range(3):
    if os.fork() == 0:
        time.sleep(60)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def worker() -> Iterator[Cold]:
    """A process that holds 100 MB and was forked three times: four share them."""
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", HOLD], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield Cold(process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.fixture
def family(worker: Cold) -> int:
    """The first of those processes."""
    return worker.pid


ROOM = Room([], "/kit", environment={}, folder="/", confinement=None)  # type: ignore[arg-type]
AMPLE = replace(LIMITS, memory_bytes=1 << 40)


def test_shared_pages_count_once_where_that_decides(family: int) -> None:
    assert len(tree(family)) == 4
    assert use_of(tree(family), memory_bytes=1 << 40).memory_bytes > 300 << 20
    assert 100 << 20 < use_of(tree(family), memory_bytes=200 << 20).memory_bytes < 160 << 20


def test_threads_and_computing_count(family: int) -> None:
    use = use_of(tree(family), memory_bytes=1 << 40)
    assert use.threads == 4
    assert 0 < use.cpu_seconds < 60


def test_a_process_that_is_gone_uses_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    assert tree(process.pid) == []


def test_processes_that_may_not_be_looked_at_still_count(
    family: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procfs, "own_bytes", lambda pid: None)
    assert use_of(tree(family), memory_bytes=1).memory_bytes > 300 << 20


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (
            replace(AMPLE, memory_bytes=50 << 20),
            "used more than 50 MB of memory; usual causes are a list",
        ),
        (replace(AMPLE, processes=2), "started more than 2 processes and threads; use at most"),
        (AMPLE, ""),
    ],
)
def test_it_says_stop_once_with_the_reason(worker: Cold, limits: Limits, reason: str) -> None:
    said: list[str] = []
    with tempfile.TemporaryFile() as output:
        watch = Watch(worker, ROOM, output.fileno(), limits, said.append)
        time.sleep(0.7)
        watch.end()
    assert len(said) == bool(reason)
    assert all(one.startswith(reason) for one in said)


def test_it_keeps_the_beginning_of_the_output(worker: Cold) -> None:
    with tempfile.TemporaryFile(buffering=0) as output:
        limits = replace(AMPLE, output_bytes=1_000)
        watch = Watch(worker, ROOM, output.fileno(), limits, lambda reason: None)
        output.write(b"first" + b"x" * 2_000)
        time.sleep(0.5)
        assert os.fstat(output.fileno()).st_size == 0
        output.write(b"second")
        watch.end()
        assert watch.head == b"first" + b"x" * 2_000
