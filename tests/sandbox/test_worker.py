"""What a worker answers: data, the student's errors, and what became of it when it did not."""

from __future__ import annotations

import fcntl
import gc
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.sandbox import bubblewrap
from autograder.sandbox import room as rooms
from autograder.sandbox.answers import (
    BadReply,
    SandboxBroken,
    StudentError,
    WorkerStopped,
    WorkerTimeout,
)
from autograder.sandbox.launch import Worker
from autograder.selfcheck.expect import Expect
from autograder.selfcheck.plain import Opaque

from .conftest import Asked, Start, job, needs_bubblewrap, needs_uid


def student_error(asked: Asked, code: str, **given: Any) -> StudentError:
    with pytest.raises(StudentError) as caught:
        asked.run(code, **given)
    return caught.value


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

    def test_a_seed_with_a_gpu_draws_the_same_on_the_processor(self, start: Start) -> None:
        code = "import torch; result = torch.rand(3)"
        with_gpu, without = (start("none", gpu=gpu).run(code, seed=5) for gpu in (True, False))
        assert torch.equal(with_gpu, without)
        assert torch.equal(without, torch.rand(3, generator=torch.Generator().manual_seed(5)))

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


FORGE = """
import os
for fd in range(3, 50):
    try:
        os.write(fd, data)
    except OSError:
        pass
"""


class TestEnds:
    """After any of these the worker is gone, and the next question starts another one."""

    @pytest.fixture(autouse=True)
    def answers_afterwards(self, contained: Asked) -> Iterator[None]:
        assert contained.run("result = 1") == 1
        yield
        assert contained.run("result = 2") == 2

    def test_too_slow(self, contained: Asked) -> None:
        contained.run("KEPT = 1; import sys; sys.kept = True")
        with pytest.raises(WorkerTimeout):
            contained.run("while True: pass", seconds=0.3)
        assert contained.run("import sys; result = hasattr(sys, 'kept')") is False

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            (
                "import os; os._exit(3)",
                "ended the Python process (exit status 3); don't call `exit()` in a module",
            ),
            ("import ctypes; ctypes.string_at(0)", "crashed the Python process (SIGSEGV)"),
            ("import os; os.kill(os.getpid(), 9)", "crashed the Python process (SIGKILL)"),
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
    def test_a_process_that_ends(self, contained: Asked, code: str, reason: str) -> None:
        with pytest.raises(WorkerStopped) as caught:
            contained.run(code)
        assert str(caught.value) == reason

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("data = b'garbage that is no frame'", "the bytes do not begin a frame"),
            ("data = wire.encode({'id': 10**6, 'value': 1})", "the answer is to another question"),
            ("data = wire.encode({'id': None, 'value': 1})", "the answer is to another question"),
            ("data = wire.encode([1])", "the answer is to another question"),
            ("data = wire.encode({'id': NEXT, 'error': {'message': 1}})", "the answer has an"),
            ("data = wire.encode({'id': NEXT, 'worth': 1})", "the answer has an unknown form"),
        ],
    )
    def test_a_forged_answer(self, contained: Asked, code: str, words: str) -> None:
        code = code.replace("NEXT", str(contained.worker._calls + 1))
        with pytest.raises(BadReply, match=f"^{words}"):
            contained.run(f"from autograder.sandbox import wire\n{code}\n{FORGE}")

    def test_half_an_answer(self, contained: Asked) -> None:
        code = "from autograder.sandbox import wire\ndata = wire.encode('x' * 1000)[:-5]\n"
        with pytest.raises(WorkerTimeout):
            contained.run(f"{code}{FORGE}import time; time.sleep(60)", seconds=0.3)

    def test_too_large_an_answer(self, contained: Asked) -> None:
        with pytest.raises(BadReply, match=r"^the data is too large \(5 MiB\)$"):
            contained.run("result = 'x' * (5 << 20)")


def test_a_tensor_is_no_number_of_a_question(start: Start) -> None:
    asked = start("none")
    code = (
        "import torch\nfrom autograder.sandbox import wire\n"
        "data = wire.encode({'id': torch.ones(2), 'value': 1})\n" + FORGE
    )
    with pytest.raises(BadReply, match=r"^the answer is to another question$"):
        asked.run(code)


def opened_no_more_than(held: int) -> bool:
    """Are that many descriptors open, at most? A watch over another worker opens some at times."""
    for _ in range(40):
        if len(os.listdir("/proc/self/fd")) <= held:
            return True
        time.sleep(0.05)
    return False


class TestPipe:
    """Requests go through a large pipe where the system has one."""

    LARGE = torch.arange(6 << 20).to(torch.uint8)

    def test_what_is_larger_than_the_pipe_crosses(self, either: Asked) -> None:
        assert torch.equal(either.echo(self.LARGE), self.LARGE)

    def test_no_large_pipe_is_left(self, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
        refused = []

        def fcntl_of_a_busy_user(fd: int, command: int, argument: int = 0) -> int:
            if command == fcntl.F_SETPIPE_SZ:
                refused.append(argument)
                raise PermissionError("Operation not permitted")
            return ordinary(fd, command, argument)

        ordinary = fcntl.fcntl
        monkeypatch.setattr("autograder.sandbox.launch.fcntl.fcntl", fcntl_of_a_busy_user)
        assert torch.equal(start("none").echo(self.LARGE), self.LARGE)
        assert refused == [1 << 20]


class TestBroken:
    """What keeps a worker from starting is never the student's fault."""

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"probes": "def run(:"}, "SyntaxError"),
            ({"files": {"../planted.py": "x"}}, "'../planted.py' lies outside"),
        ],
    )
    def test_the_worker_says_why(self, changes: dict[str, Any], words: str) -> None:
        with Worker(job("none", **changes)) as worker, pytest.raises(SandboxBroken) as caught:
            worker.load(30)
        assert str(caught.value).startswith("the worker did not start (Closed); it said: Traceback")
        assert words in str(caught.value)

    def test_its_first_words_are_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        code = (
            "import os, sys; from autograder.sandbox import wire\n"
            "wire.write_frame(int(sys.argv[2]), wire.encode(1))"
        )
        monkeypatch.setattr(rooms, "_START", f"import sys; sys.path.insert(0, {{kit!r}})\n{code}")
        with Worker(job("none")) as worker, pytest.raises(SandboxBroken) as caught:
            worker.load(30)
        assert str(caught.value) == "the worker's first words were unexpected"

    @needs_bubblewrap
    def test_bwrap_is_gone(self, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
        before, held = set(scratch.iterdir()), len(os.listdir("/proc/self/fd"))
        monkeypatch.setattr(bubblewrap, "find", lambda: "/nowhere/bwrap")
        with Worker(job("bubblewrap")) as worker, pytest.raises(SandboxBroken) as caught:
            worker.load(30)
        assert str(caught.value) == (
            "/nowhere/bwrap could not be started: [Errno 2] No such file or directory: "
            "'/nowhere/bwrap'"
        )
        assert set(scratch.iterdir()) == before
        assert opened_no_more_than(held)

    @pytest.mark.parametrize("backend", ["none", pytest.param("uid", marks=needs_uid)])
    def test_there_is_no_room(self, monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
        gc.collect()
        held = len(os.listdir("/proc/self/fd"))
        monkeypatch.setattr("tempfile.tempdir", "/nowhere")
        with Worker(job(backend)) as worker, pytest.raises(SandboxBroken) as caught:
            worker.load(30)
        assert str(caught.value).startswith(
            "no room for the worker: [Errno 2] No such file or directory: '/nowhere/autograder-"
        )
        assert opened_no_more_than(held)
