"""A forked worker is what a cold one is, in all that it can find out, and ends as one does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.sandbox import processes, warm
from autograder.sandbox.answers import SandboxBroken, StudentError, WorkerStopped
from autograder.sandbox.backends import BACKENDS
from autograder.sandbox.launch import Worker
from autograder.sandbox.warm import Warm

from .conftest import ALL, COMMON, CONTAINING, WARM, Asked, Start, job, needs_bubblewrap

ORIGINS = [pytest.param(one.values[0], marks=one.marks) for one in CONTAINING[::2]]
COLD = [*ORIGINS, "none", pytest.param(COMMON, marks=needs_bubblewrap)]
# What a process can find out about itself; what differs from run to run is left out.
EVERYTHING = """
import os, resource, signal, sys, threading, time

def lines(path, names):
    with open(path) as file:
        found = dict(line.split(":", 1) for line in file if ":" in line)
    return {name: found[name].split() for name in names}

def seen(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        return str(error)

own = os.getcwd()
limits = [name for name in dir(resource) if name.startswith("RLIMIT_")]
result = {
    "environment": dict(os.environ), "folder": len(own.split("/")), "argv": sys.argv,
    "status": lines("/proc/self/status", [
        "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp",
        "Threads", "SigBlk", "SigIgn", "SigCgt", "Umask", "Groups", "FDSize",
    ]),
    "limits": {name: list(resource.getrlimit(getattr(resource, name))) for name in limits},
    "descriptors": sorted(map(int, os.listdir("/proc/self/fd"))),
    "handlers": {
        str(one): str(signal.getsignal(one)).split(" at ")[0] for one in signal.valid_signals()
    },
    "path": [entry.replace(own, "OWN") for entry in sys.path[1:]],
    "kit": [
        os.path.relpath(sys.modules[name].__file__, sys.path[0])
        for name in ("autograder", "autograder.sandbox.wire", "autograder.selfcheck.plain")
    ],
    "main": sorted(vars(sys.modules["__main__"])),
    "threads": [thread.name for thread in threading.enumerate()],
    "hash": hash("seed"), "flags": list(sys.flags), "priority": os.getpriority(0, 0),
    "oom": open("/proc/self/oom_score_adj").read(), "files": sorted(os.listdir(".")),
    "umask": os.umask(0), "root": seen("/"),
    "streams": [stream.line_buffering for stream in (sys.stdout, sys.stderr)],
    "input": os.readlink("/proc/self/fd/0"),
}
"""


@pytest.mark.parametrize("backend", COLD)
def test_it_finds_what_a_cold_one_finds(lasting: Callable[[str], Asked], backend: str) -> None:
    cold, forked = (lasting(name).run(EVERYTHING) for name in (backend, f"{backend}{WARM}"))
    for found in (cold, forked):
        own = found["environment"].pop("HOME")
        for name, value in found["environment"].items():
            found["environment"][name] = value.replace(own, "OWN")
        # What the interpreter was started with, which is another program.
        found.pop("main"), found["status"].pop("FDSize")
        # bwrap says where it has been told to go.
        found["environment"].pop("PWD", None)
    different = {name: (cold[name], forked[name]) for name in cold if cold[name] != forked[name]}
    assert different == {}


@pytest.fixture
def ready() -> Iterator[Warm]:
    """A warm process that has imported torch."""
    with Warm(("torch", "nothing_that_exists")) as kept:
        yield kept


def asked(ready: Warm, backend: str = "none", **options: Any) -> Asked:
    return Asked(Worker(job(backend, imports=tuple(ready.imports), **options), ready))


def test_what_is_imported_is_there_and_has_computed_nothing(ready: Warm) -> None:
    one = asked(ready)
    code = """
    import sys, threading
    result = [name in sys.modules for name in ("torch", "torch._dynamo", "safetensors")]
    import torch
    result += [torch.get_num_threads(), torch.cuda.is_initialized(), threading.active_count()]
    result.append(len(open("/proc/self/status").read().partition("Threads:")[2].split()[0]))
    """
    assert one.run(code) == [True, True, False, 1, False, 1, 1]
    one.worker.close()


def test_each_starts_from_the_same_state(ready: Warm) -> None:
    code = """
    import random, sys, torch
    result = [random.random(), float(torch.rand(())), hasattr(torch, "planted")]
    torch.planted = sys.modules["os"].planted = True
    """
    first, second = asked(ready), asked(ready)
    assert first.run(code, seed=5) == second.run(code, seed=5)
    assert second.run("import os; result = hasattr(os, 'planted')")
    third = asked(ready)
    assert not third.run("import os; result = hasattr(os, 'planted')")
    for one in (first, second, third):
        one.worker.close()


@pytest.mark.parametrize("backend", [name for name in ALL if WARM in str(name)] + CONTAINING[1::2])
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os; os._exit(3)", "exit status 3"),
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("import os; os.close(4)", "exit status 1"),
    ],
)
def test_how_it_ended_is_known(start: Start, backend: str, code: str, words: str) -> None:
    with pytest.raises(WorkerStopped, match=words):
        start(backend).run(code)


@needs_bubblewrap
def test_nothing_is_left_of_a_worker_but_the_warm_process(ready: Warm) -> None:
    one = asked(ready, "bubblewrap")
    assert one.run("result = 1") == 1
    below = {process.pid for process in psutil.Process().children(recursive=True)}
    one.worker.close()
    left = {process.pid for process in psutil.Process().children(recursive=True)}
    assert ready.pid in left
    assert len(below - left) >= 4, "bwrap, its first process, the worker, who stands in between"
    ready.end()
    assert not {ready.pid} & {process.pid for process in psutil.Process().children()}


def test_it_is_started_again_where_it_has_ended(ready: Warm) -> None:
    one = asked(ready)
    assert one.run("result = 1") == 1
    one.worker.close()
    assert ready.pid is not None
    os.kill(ready.pid, signal.SIGKILL)
    processes.wait_gone([ready.pid])
    other = asked(ready)
    assert other.run("result = 2") == 2
    other.worker.close()
    assert ready.problem is None


def test_where_it_cannot_be_had_workers_start_cold(
    ready: Warm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "_START", "raise SystemExit(1)")
    one = asked(ready)
    assert one.run("result = 1") == 1
    assert ready.problem == "the worker could not be forked: the warm process did not start"
    one.worker.close()


@needs_bubblewrap
@pytest.mark.parametrize(
    ("program", "words"),
    [("false", "did not start"), ("/nowhere/bwrap", "could not be started")],
)
def test_an_enclosure_that_fails_says_so(ready: Warm, program: str, words: str) -> None:
    room = BACKENDS["bubblewrap"].room(job("bubblewrap").limits, False)
    room.enclosure[0] = program
    reader, writer = os.pipe()
    with pytest.raises(SandboxBroken, match=words):
        ready.fork(room, reader, writer, writer)
    for descriptor in (reader, writer, *room.descriptors):
        os.close(descriptor)
    room.clear()


@needs_bubblewrap
def test_a_namespace_that_is_missing_is_noticed(ready: Warm) -> None:
    room = BACKENDS["bubblewrap"].room(job("bubblewrap").limits, False)
    room.enclosure.remove("--unshare-net")
    reader, writer = os.pipe()
    with pytest.raises(SandboxBroken, match="expected namespaces of its own, found none of: net"):
        ready.fork(room, reader, writer, writer)
    for descriptor in (reader, writer, *room.descriptors):
        os.close(descriptor)
    room.clear()


def test_it_goes_with_whoever_keeps_it() -> None:
    code = """
    import os, sys
    from autograder.sandbox.warm import Warm
    warm = Warm(())
    warm._start()
    print(warm.pid, flush=True)
    sys.stdin.read()
    """
    keeper = subprocess.Popen(
        [sys.executable, "-c", "\n".join(line.strip() for line in code.splitlines())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert keeper.stdout is not None
    pid = int(keeper.stdout.readline())
    assert processes.runs(pid)
    keeper.kill()
    keeper.communicate()
    for _ in range(100):
        if not processes.runs(pid):
            break
        time.sleep(0.05)
    assert not processes.runs(pid)


def test_a_worker_ends_with_the_fork_that_asked_for_it_and_the_warm_process_goes_on() -> None:
    with Warm(()) as warm:
        warm.wait()
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            one = asked(warm)
            os.write(writer, str(one.run("import os; result = os.getpid()")).encode())
            with contextlib.suppress(BaseException):
                one.run("while True: pass", seconds=1000)
            os._exit(0)
        worker = int(os.read(reader, 100))
        assert processes.runs(worker)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        processes.wait_gone([worker])
        assert not processes.runs(worker)
        assert warm.pid is not None
        assert processes.runs(warm.pid)
        assert asked(warm).echo(5) == 5
        for descriptor in (reader, writer):
            os.close(descriptor)


def test_a_fork_that_has_done_with_it_leaves_it_to_the_others() -> None:
    with Warm(()) as warm:
        warm.wait()
        pid = os.fork()
        if pid == 0:
            warm.end()
            os._exit(0)
        os.waitpid(pid, 0)
        assert asked(warm).echo(5) == 5


def test_a_students_error_at_import_is_theirs(start: Start) -> None:
    with pytest.raises(StudentError, match="ZeroDivisionError"):
        start(f"none{WARM}", files={"loaders.py": "1 / 0\n"}).worker.load(30)
