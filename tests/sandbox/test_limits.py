"""A worker past a limit is ended with all it started, however small it makes itself look."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest

from autograder.sandbox import watch
from autograder.sandbox.answers import StudentError, WorkerStopped

from .conftest import CONTAINING, LIMITS, Asked, Start

SMALL = replace(LIMITS, processes=8, memory_bytes=200 << 20, cpu_seconds=4)
MEMORY = (
    "used more than 200 MB of memory; usual causes are a list that keeps every batch "
    "or a loss kept with its graph (keep `loss.item()`)"
)
PROCESSES = (
    "started more than 8 processes and threads; use at most a few DataLoader workers, "
    "and none that starts others"
)
COMPUTING = (
    "used more than 4 seconds of CPU time; usual causes are a loop that never ends or "
    "many workers that compute at once"
)
DISK = (
    "wrote more than 16 MB or 20,000 files to disk; usual causes are a data set that "
    "is copied or a file for every batch"
)
DESCRIPTORS = (
    "had more than 2,000 files and connections open at once; close each file after use "
    "(`with open(...)`)"
)
# The first thread of a process ends before another one, which goes on with `work`.
HEADLESS = """
import ctypes, platform, threading
if os.fork() == 0:
    threading.Thread(target=work).start()
    ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)
"""


@pytest.fixture(params=CONTAINING)
def small(request: pytest.FixtureRequest, start: Start) -> Asked:
    """A worker that may do little, for one test."""
    return start(request.param, limits=SMALL)


def reason_for(asked: Asked, code: str) -> str:
    """Why the worker was stopped; the next one answers."""
    with pytest.raises(WorkerStopped) as caught:
        asked.run(f"import os, time\n{dedent(code)}\ntime.sleep(60)")
    assert asked.run("result = 1") == 1
    return str(caught.value)


class TestEachLimit:
    def test_memory(self, small: Asked) -> None:
        code = """
        kept = []
        while True:
            kept.append(bytearray(os.urandom(1 << 16)) * 160)
            time.sleep(0.02)
        """
        assert reason_for(small, code) == MEMORY
        assert small.worker.peak_bytes > 200 << 20

    def test_memory_of_all_processes_together(self, small: Asked) -> None:
        code = """
        for _ in range(4):
            if os.fork() == 0:
                kept = bytearray(os.urandom(1 << 16)) * 960
                time.sleep(60)
        """
        assert reason_for(small, code) == MEMORY

    def test_processes(self, small: Asked) -> None:
        code = """
        for _ in range(20):
            if os.fork() == 0:
                time.sleep(60)
        """
        assert reason_for(small, code) == PROCESSES

    def test_threads_count_as_processes(self, small: Asked) -> None:
        code = """
        import threading
        for _ in range(20):
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        """
        assert reason_for(small, code) == PROCESSES

    def test_processes_that_have_ended_are_none(self, small: Asked) -> None:
        code = """
        import os
        for _ in range(30):
            if os.fork() == 0:
                os._exit(0)
            os.wait()
        result = 1
        """
        assert small.run(code) == 1

    def test_computing_of_all_processes_together(self, small: Asked) -> None:
        code = """
        os.fork(), os.fork()
        while True: pass
        """
        assert reason_for(small, code) == COMPUTING

    def test_number_of_files(self, small: Asked) -> None:
        code = """
        for _ in range(7):
            os.mkdir("many"); os.chdir("many")
            for number in range(3000): open(str(number), "w").close()
        """
        assert reason_for(small, code) == DISK

    def test_open_files(self, small: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(watch, "MOST_DESCRIPTORS", 2_000)
        code = """
        for _ in range(5):
            if os.fork() == 0:
                kept = [os.dup(0) for _ in range(450)]
                time.sleep(60)
        """
        assert reason_for(small, code) == DESCRIPTORS

    def test_bytes_on_disk(self, small: Asked) -> None:
        code = "for n in range(3): open(f'large-{n}', 'wb').write(bytes(7 << 20))"
        if small.worker.job.backend == "uid":
            assert reason_for(small, code) == DISK
        else:
            with pytest.raises(StudentError, match=r"No space left on device$"):
                small.run(code)

    @pytest.mark.parametrize("folder", ["/dev/shm", "."])
    def test_bytes_deep_down(self, small: Asked, folder: str) -> None:
        code = f"""
        os.chdir({folder!r})
        for _ in range(300):
            os.mkdir("a" * 20); os.chdir("a" * 20)
        for n in range(3): open(f'large-{{n}}', 'wb').write(bytes(7 << 20))
        """
        if small.worker.job.backend == "uid":
            assert reason_for(small, code) == DISK
        else:
            with pytest.raises(StudentError, match=r"No space left on device$"):
                small.run(f"import os\n{dedent(code)}")


class TestHidden:
    """What isn't where one would look for it counts all the same."""

    def test_a_process_that_calls_itself_somebody_elses(self, small: Asked) -> None:
        code = """
        import ctypes
        for _ in range(20):
            if os.fork() == 0:
                ctypes.CDLL(None).prctl(15, b"Uid:\\t0\\t0\\t0", 0, 0, 0)
                time.sleep(60)
        """
        assert reason_for(small, code) == PROCESSES

    def test_threads_of_a_process_that_says_it_has_one(self, small: Asked) -> None:
        code = """
        import ctypes, threading
        ctypes.CDLL(None).prctl(15, b"x\\rThreads:\\t1", 0, 0, 0)
        for _ in range(20):
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        """
        assert reason_for(small, code) == PROCESSES

    def test_memory_of_a_process_whose_first_thread_has_ended(self, small: Asked) -> None:
        code = f"""
        def work():
            kept = bytearray(os.urandom(1 << 16)) * 3800
            time.sleep(60)
        {HEADLESS.replace(chr(10), chr(10) + " " * 8)}
        """
        assert reason_for(small, code) == MEMORY

    def test_processes_whose_first_thread_has_ended(self, small: Asked) -> None:
        code = f"""
        def work():
            time.sleep(60)
        for _ in range(20):
            {HEADLESS.replace(chr(10), chr(10) + " " * 12)}
        """
        assert reason_for(small, code) == PROCESSES

    def test_shared_memory_that_nobody_has_in_use(self, small: Asked) -> None:
        code = """
        import mmap
        memory = mmap.mmap(-1, 400 << 20)
        for place in range(0, 400 << 20, 4 << 20):
            memory[place : place + (4 << 20)] = bytes(4 << 20)
            memory.madvise(mmap.MADV_DONTNEED)
        """
        assert reason_for(small, code) == MEMORY

    def test_memory_for_page_tables(self, small: Asked) -> None:
        code = """
        import mmap
        memory = mmap.mmap(-1, 1 << 38, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
        for place in range(0, 1 << 38, 2 << 20):
            memory[place]
        """
        assert reason_for(small, code) == MEMORY

    @pytest.mark.parametrize("kept", ["file", "mmap.mmap(file.fileno(), 7 << 20)"])
    def test_files_without_a_name(self, small: Asked, kept: str) -> None:
        code = f"""
        import mmap
        kept = []
        for _ in range(5):
            file = open("large", "w+b")
            file.write(bytes(7 << 20)); file.flush()
            os.unlink("large")
            kept.append({kept})
            del file
        """
        if small.worker.job.backend == "uid":
            assert reason_for(small, code) == DISK
        else:
            with pytest.raises(StudentError, match=r"No space left on device$"):
                small.run(f"import os\n{dedent(code)}")


def test_a_worker_that_cannot_be_watched_is_ended(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(24, "Too many open files")

    asked = start("none")
    assert asked.run("result = 1") == 1
    monkeypatch.setattr(watch, "use_of", fail)
    with pytest.raises(WorkerStopped) as caught:
        asked.run("import time; time.sleep(60)")
    assert str(caught.value) == "could not be watched (Too many open files)"
