"""A process' own memory moves into large pages and nothing in it changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.large_pages import whole_pages

MOVED = """
import os, re
from autograder.sandbox.large_pages import use_large_pages
def large():
    return int(re.search(r"AnonHugePages:\\s+(\\d+)", open("/proc/self/smaps_rollup").read())[1])
held = [bytes([number % 251]) * 4096 for number in range(8192)]
before = large()
use_large_pages()
moved = large() - before
pid = os.fork()
same = all(piece == bytes([number % 251]) * 4096 for number, piece in enumerate(held))
if pid == 0:
    os._exit(0 if same else 1)
print(moved, same, os.waitpid(pid, 0)[1])
"""
KERNEL = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def test_what_is_held_is_the_same_before_and_after_and_in_a_fork() -> None:
    done = subprocess.run([sys.executable, "-c", MOVED], capture_output=True, text=True, check=True)
    moved, same, status = done.stdout.split()
    assert (same, status) == ("True", "0")
    if KERNEL.exists() and "[never]" not in KERNEL.read_text():
        assert int(moved) > 0


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("5550000000-5550400000 rw-p 00000000 00:00 0   [heap]", [(0x5550000000, 0x5550400000)]),
        ("7f0000100000-7f0000900000 rw-p 00000000 00:00 0", [(0x7F0000200000, 0x7F0000800000)]),
        ("7f0000100000-7f00002fffff rw-p 00000000 00:00 0", []),
        ("7f0000000000-7f0000800000 r--p 00000000 00:00 0", []),
        ("7f0000000000-7f0000800000 rw-s 00000000 00:00 0", []),
        ("7f0000000000-7f0000800000 rw-p 00000000 00:00 0   [stack]", []),
        ("7f0000000000-7f0000800000 rw-p 00001000 fe:00 7   /usr/lib/lib with spaces.so", []),
    ],
)  # fmt: skip
def test_large_pages_fit_into_memory_that_is_its_own(
    line: str, found: list[tuple[int, int]]
) -> None:
    assert list(whole_pages([line])) == found
