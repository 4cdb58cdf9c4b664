"""What a worker answers: data, the student's errors, and what became of it when it did not."""

from __future__ import annotations

import math
import os
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from autograder.sandbox.launch import (
    BadReply,
    StudentError,
    WorkerStopped,
    WorkerTimeout,
    _value,
)
from autograder.selfcheck.expect import Expect
from autograder.selfcheck.plain import Opaque

from .conftest import LIMITS, Asked, Start, needs_bubblewrap


def student_error(asked: Asked, code: str, **given: Any) -> StudentError:
    with pytest.raises(StudentError) as caught:
        asked.run(code, **given)
    return caught.value


def is_gone(pid: int) -> bool:
    """Has the process ended, after at most two seconds?"""
    for _ in range(40):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


class TestAnswers:
    def test_data_there_and_back(self, either: Asked) -> None:
        value = {
            "none": None, "yes": True, "int": -5, "float": 0.1, "text": "é\n", "list": [[], [1]],
            "tensors": [torch.randn(3, 4), torch.tensor(True), torch.zeros(0, 2)],
        }  # fmt: skip
        Expect().equal(either.echo(value), value)
        assert math.isnan(either.echo(math.nan))

    def test_the_students_modules(self, either: Asked) -> None:
        either.worker.load(30)
        assert either.run("result = student.loaders.f(4)") == 0.25
        assert either.run("result = open('data/numbers.txt').read()") == "1 2 3"
        assert either.run("import os; result = os.path.getsize('data/empty.bin')") == 0

    def test_what_is_no_data_is_described(self, either: Asked) -> None:
        found = either.run("import datetime; result = [student, datetime, b'x', print]")
        assert all(isinstance(one, Opaque) for one in found)
        assert found[2].type_name == "bytes"
        code = "result = 1\nfor _ in range(50): result = [result]"
        assert "nested more than 16 deep" in str(either.run(code))

    def test_the_seed_decides_what_is_drawn(self, either: Asked) -> None:
        code = """
        import random, numpy, torch
        result = [random.random(), float(numpy.random.rand()), torch.rand(1).item()]
        """
        first, again, other = (either.run(code, seed=seed) for seed in (5, 5, 6))
        assert first == again
        assert all(a != b for a, b in zip(first, other, strict=True))
        either.run(code, seed=2**63 - 1)

    def test_standard_input_is_closed(self, either: Asked) -> None:
        assert str(student_error(either, "input()")).startswith("EOFError")

    def test_arguments_of_the_command_are_hidden(self, either: Asked) -> None:
        assert either.run("import sys; result = sys.argv") == [""]

    def test_a_fork_answers_once(self, either: Asked) -> None:
        assert either.run("import os; result = os.fork() > 0") is True
        assert either.run("result = 2") == 2


class TestStudentErrors:
    def test_the_frames_are_the_students(self, either: Asked) -> None:
        error = student_error(either, "student.loaders.f(0)")
        assert str(error) == "ZeroDivisionError: division by zero"
        assert error.frames == [
            ["loaders.py", 4, "f", "return helper.g(x)"],
            ["helper.py", 2, "g", "return 1 / x"],
        ]
        assert error.unwritten == ""
        assert "Traceback (most recent call last)" in error.trace

    def test_what_a_stub_raises_is_told(self, either: Asked) -> None:
        error = student_error(either, "raise NotImplementedError('model: still to be written')")
        assert error.unwritten == "model: still to be written"

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("import sys; sys.exit(3)", "SystemExit: 3"),
            ("exit()", "SystemExit: None"),
            ("raise KeyboardInterrupt", "KeyboardInterrupt"),
            ("raise BaseException('x')", "BaseException: x"),
            ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded"),
            ("raise ValueError('x' * 10**6)", "ValueError: " + "x" * 1_988),
            ("raise ValueError('\\ud800')", "ValueError: ?"),
            (
                "class E(Exception):\n  def __str__(self): raise self\nraise E",
                "E: (its message could not be shown)",
            ),
            (
                "class F(float):\n  def __float__(self): raise KeyError(1)\nresult = F(1)",
                "KeyError: 1",
            ),
            ("student.nothing", "ModuleNotFoundError: No module named 'nothing'"),
        ],
    )
    def test_any_exception_is_told(self, room: Asked, code: str, message: str) -> None:
        assert str(student_error(room, code)).startswith(message)
        assert room.run("result = 1") == 1

    def test_a_module_that_cannot_be_imported(self, start: Start) -> None:
        files = {"loaders.ipynb": '{"cells": [{"cell_type": "code", "source": "def f(:"}]}'}
        asked = start("none", files=files)
        asked.worker.load(30)
        error = student_error(asked, "student.loaders.f")
        assert str(error).startswith("SyntaxError: loaders.ipynb[cell 1]:1: ")

    def test_loading_tells_too(self, start: Start) -> None:
        asked = start("none", files={"loaders.py": "import model\nx = 1 / 0", "model.py": "x ="})
        with pytest.raises(StudentError, match="ZeroDivisionError") as caught:
            asked.worker.load(30)
        assert caught.value.frames == [["loaders.py", 2, "<module>", "x = 1 / 0"]]


@needs_bubblewrap
class TestEnds:
    """After any of these the worker is gone, and the next question starts another one."""

    @pytest.fixture(autouse=True)
    def answers_afterwards(self, room: Asked) -> Any:
        assert room.run("result = 1") == 1
        yield
        assert room.run("result = 2") == 2

    def test_too_slow(self, room: Asked) -> None:
        room.run("KEPT = 1; import sys; sys.kept = True")
        started = time.monotonic()
        with pytest.raises(WorkerTimeout):
            room.run("while True: pass", seconds=0.5)
        assert time.monotonic() - started < 5
        assert room.run("import sys; result = hasattr(sys, 'kept')") is False

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            (
                "import os; os._exit(3)",
                "ended the Python process (exit status 3); don't call `exit()` in a module",
            ),
            ("import ctypes; ctypes.string_at(0)", "crashed the Python process (SIGSEGV)"),
            (
                "import resource as r\nn = int(sum(r.getrusage(0)[:2])) + 1\n"
                "r.setrlimit(r.RLIMIT_CPU, (n, n + 1))\nwhile True: pass",
                "used more CPU time than the part allows",
            ),
            (
                "import os; os.closerange(3, 50)\nwhile True: pass",
                "closed its connection to the grader",
            ),
        ],
    )  # fmt: skip
    def test_a_process_that_ends(self, room: Asked, code: str, reason: str) -> None:
        with pytest.raises(WorkerStopped) as caught:
            room.run(code)
        assert str(caught.value) == reason

    @pytest.mark.parametrize("hog", ["mmap.mmap(-1, 64 << 20)", "torch.ones(16 << 20)"])
    def test_too_much_memory(self, room: Asked, hog: str) -> None:
        code = f"""
        import mmap, torch, time
        kept = []
        for _ in range(60):
            kept.append({hog})
            if isinstance(kept[-1], mmap.mmap):
                for place in range(0, 64 << 20, 4096):
                    kept[-1][place] = 1
            time.sleep(0.02)
        """
        with pytest.raises(WorkerStopped, match=r"^used more than 1,500 MB of memory; usual"):
            room.run(code)
        assert room.worker.peak_bytes > 1_500 << 20

    def test_too_many_processes(self, room: Asked) -> None:
        code = """
        import os, time
        for _ in range(200):
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
        time.sleep(60)
        """
        with pytest.raises(WorkerStopped, match=r"^started more than 32 processes; use at most"):
            room.run(code)

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("data = b'garbage that is no frame'", "the bytes do not begin a frame"),
            ("data = wire.encode({'id': 10**6, 'value': 1})", "the answer is to another question"),
        ],
    )
    def test_a_forged_answer(self, room: Asked, code: str, words: str) -> None:
        with pytest.raises(BadReply, match=words):
            room.run(f"from autograder.sandbox import wire\n{code}\n{FORGE}")

    def test_a_forged_error(self, room: Asked) -> None:
        reply = {"id": room.worker._calls + 1, "error": {"message": 1}}
        with pytest.raises(BadReply, match="the answer has an unknown form"):
            room.run(f"from autograder.sandbox import wire\ndata = wire.encode({reply})\n{FORGE}")
        with pytest.raises(BadReply, match="the answer is to another question"):
            room.run("result = 1")

    def test_half_an_answer(self, room: Asked) -> None:
        code = "from autograder.sandbox import wire\ndata = wire.encode('x' * 1000)[:-5]\n"
        with pytest.raises(WorkerTimeout):
            room.run(f"{code}{FORGE}import time; time.sleep(60)", seconds=0.5)

    def test_too_large_an_answer(self, room: Asked) -> None:
        with pytest.raises(BadReply, match=r"the data is too large \(76 MiB\)"):
            room.run("import torch; result = torch.zeros(20_000_000)")


FORGE = """
import os
for fd in range(3, 50):
    try:
        os.write(fd, data)
    except OSError:
        pass
"""


class TestTraces:
    """Whatever the student's code does, nothing of it stays behind."""

    @pytest.mark.parametrize(
        "backend", [pytest.param("bubblewrap", marks=needs_bubblewrap), "none"]
    )
    def test_processes_and_files(self, start: Start, scratch: Path, backend: str) -> None:
        before = set(scratch.iterdir())
        asked = start(backend)
        asked.run(
            """
            import os, subprocess, tempfile
            subprocess.Popen(["sleep", "86399"], start_new_session=True)
            subprocess.Popen(["sleep", "86399"])
            os.mkdir("locked"); open("locked/file", "w").close(); os.chmod("locked", 0)
            tempfile.mkdtemp()
            """
        )
        process = asked.worker._process
        assert process is not None
        tree = [one.pid for one in psutil.Process(process.pid).children(recursive=True)]
        tree.append(process.pid)
        assert len(tree) >= 3
        asked.worker.close()
        assert all(is_gone(pid) for pid in tree)
        assert set(scratch.iterdir()) == before

    @needs_bubblewrap
    def test_a_daemon_ends_with_its_room(self, room: Asked) -> None:
        code = """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp("sleep", ["sleep", "86398"])
            os._exit(0)
        os.wait()
        time.sleep(0.2)
        """
        room.run(code)

        def daemons() -> list[int]:
            return [p.pid for p in psutil.process_iter(["cmdline"])
                    if p.info["cmdline"] == ["sleep", "86398"]]  # fmt: skip

        running = daemons()
        assert running
        room.worker.close()
        assert all(is_gone(pid) for pid in running)

    def test_output_and_descriptors(self, start: Start) -> None:
        before = len(os.listdir("/proc/self/fd"))
        asked = start("none")
        asked.worker.close()
        code = """
        import sys, time
        print("the beginning")
        for _ in range(60):
            sys.stdout.write("x" * 100_000)
            sys.stderr.write("y" * 1_000)
            sys.stdout.flush()
            time.sleep(0.01)
        result = 1
        """
        assert asked.run(code) == 1
        watch = asked.worker._watch
        assert watch is not None
        time.sleep(0.5)
        assert os.fstat(watch._output_fd).st_size <= LIMITS.tree.output_bytes
        process = asked.worker._process
        assert process is not None
        asked.worker.close()
        asked.worker.close()
        assert process.returncode == -signal.SIGKILL
        assert len(os.listdir("/proc/self/fd")) <= before
        assert asked.worker.output.startswith(b"the beginning\nxxx")
        assert len(asked.worker.output) <= 64 * 1024


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"error": 1},
        {"error": {}},
        {"error": {"message": "", "text": "", "trace": "", "frames": {}}},
        {"error": {"message": Opaque("x"), "text": "", "trace": "", "frames": []}},
        {"error": {"message": "", "text": torch.ones(2), "trace": "", "frames": []}},
        {"error": {"message": "", "text": "", "trace": "", "frames": [[1]]}},
        {"error": {"message": "", "text": "", "trace": "", "frames": [["a", math.inf, "", ""]]}},
    ],
)
def test_an_error_of_another_form_is_refused(reply: dict[str, Any]) -> None:
    with pytest.raises(BadReply, match=r"^the answer has an unknown form$"):
        _value(reply)


def test_an_error_is_never_long() -> None:
    long = "x" * 100_000
    frames = [[long, 1, long, long]] * 100
    with pytest.raises(StudentError) as caught:
        _value({"error": {"message": long, "text": long, "trace": long, "frames": frames}})
    error = caught.value
    assert (len(str(error)), len(error.unwritten), len(error.trace)) == (2_000, 2_000, 20_000)
    assert len(error.frames) == 12
    assert {len(part) for frame in error.frames for part in frame if part != 1} == {300}
