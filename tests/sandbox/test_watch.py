"""The watch over a tree of processes: what it counts, and when it says stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import psutil
import pytest

from autograder.sandbox.watch import TreeLimits, Watch, tree, tree_use

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
def family() -> Iterator[int]:
    """A process that holds 100 MB and was forked three times: four share them."""
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", HOLD], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process.pid
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_shared_pages_count_once(family: int) -> None:
    used, processes = tree_use(family)
    assert processes == 4
    assert 100 << 20 < used < 160 << 20


def test_a_process_that_is_gone_uses_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    assert tree_use(process.pid) == (0, 0)
    assert tree(process.pid) == []


def test_processes_that_may_not_be_looked_at_still_count(
    family: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: psutil.Process) -> None:
        raise psutil.AccessDenied(self.pid)

    monkeypatch.setattr(psutil.Process, "memory_full_info", refuse)
    assert tree_use(family)[0] > 400 << 20


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (
            TreeLimits(50 << 20, 10, 1_000),
            "used more than 50 MB of memory; usual causes are a list",
        ),
        (TreeLimits(1 << 40, 2, 1_000), "started more than 2 processes; use at most a few"),
        (TreeLimits(1 << 40, 10, 1_000), ""),
    ],
)
def test_it_says_stop_once_with_the_reason(family: int, limits: TreeLimits, reason: str) -> None:
    said: list[str] = []
    with tempfile.TemporaryFile() as output:
        watch = Watch(family, output.fileno(), limits, said.append)
        time.sleep(0.7)
        watch.end()
    assert len(said) == bool(reason)
    assert all(one.startswith(reason) for one in said)
    assert watch.peak_bytes > 100 << 20


def test_it_keeps_the_beginning_of_the_output(family: int) -> None:
    with tempfile.TemporaryFile(buffering=0) as output:
        watch = Watch(family, output.fileno(), TreeLimits(1 << 40, 10, 1_000), lambda reason: None)
        output.write(b"first" + b"x" * 2_000)
        time.sleep(0.5)
        assert os.fstat(output.fileno()).st_size == 0
        output.write(b"second")
        watch.end()
        assert watch.head == b"first" + b"x" * 2_000
