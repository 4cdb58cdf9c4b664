"""Workers that answer any question a test asks, in the sandbox and without one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from autograder.sandbox import bubblewrap
from autograder.sandbox.backends import BACKENDS, Backend
from autograder.sandbox.launch import Job, Worker
from autograder.sandbox.room import Limits, Room

from ..reachable import uid_problem

PROBES = """
def run(student, code, **given):
    '''What `code` leaves in `result`.'''
    space = {"student": student, "__name__": "probe", **given}
    exec(compile(code, "<code>", "exec"), space)
    return space.get("result")

def echo(student, value):
    return value
"""
LIMITS = Limits(
    memory_bytes=1500 << 20,
    processes=32,
    cpu_seconds=60,
    file_bytes=8 << 20,
    scratch_bytes=16 << 20,
    output_bytes=1 << 20,
)
FILES = {
    "loaders.py": "import helper\n\ndef f(x):\n    return helper.g(x)\n",
    "helper.py": "def g(x):\n    return 1 / x\n",
    "data/empty.bin": "",
    "data/numbers.txt": "1 2 3",
}
PROBLEM = bubblewrap.problem()
needs_bubblewrap = pytest.mark.skipif(PROBLEM is not None, reason=str(PROBLEM))
needs_uid = pytest.mark.skipif(uid_problem() is not None, reason=f"uid: {uid_problem()}")
CONTAINING = [
    pytest.param("bubblewrap", marks=needs_bubblewrap),
    pytest.param("uid", marks=needs_uid),
]
ALL = [*CONTAINING, "none"]
COMMON = "bubblewrap-as-an-ordinary-user"
IS_ROOT = os.geteuid() == 0


class Asked:
    """A worker with short words for its questions."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    def run(self, code: str, seconds: float = 30.0, seed: int = 0, **given: Any) -> Any:
        return self.worker.call("run", {"code": dedent(code), **given}, seed, seconds)

    def echo(self, value: Any) -> Any:
        return self.worker.call("echo", {"value": value}, 0, 30.0)


Start = Callable[..., Asked]


def job(backend: str, files: dict[str, str] | None = None, **changes: Any) -> Job:
    texts = FILES if files is None else files
    modules = {
        name: f"{name}{kind}"
        for name in ("loaders", "model")
        for kind in (".py", ".ipynb")
        if f"{name}{kind}" in texts
    }
    whole = Job(
        files={name: dedent(text).encode() for name, text in texts.items()},
        modules=modules,
        needed=("loaders",),
        probes=PROBES,
        limits=LIMITS,
        backend=backend,
    )
    return replace(whole, **changes)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """Where the workers of these tests have their temporary files; other users get into it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder
    shutil.rmtree(folder)


@pytest.fixture
def start(scratch: Path) -> Iterator[Start]:
    """Starts a worker for one test."""
    workers = []

    def begin(backend: str = "bubblewrap", **options: Any) -> Asked:
        workers.append(Worker(job(backend, **options)))
        return Asked(workers[-1])

    yield begin
    for worker in workers:
        worker.close()


@pytest.fixture(scope="module")
def room(scratch: Path) -> Iterator[Asked]:
    """A worker in namespaces, the same for all tests of a module. It starts again when it ends."""
    with Worker(job("bubblewrap")) as worker:
        yield Asked(worker)


@pytest.fixture(scope="module")
def commoner(scratch: Path) -> Iterator[Asked]:
    """A worker in namespaces as an ordinary user's grader starts it, also where the tests are root.

    The same for all tests of a module.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BACKENDS, COMMON, Backend(COMMON, True, _common_room, bubblewrap.problem))
        with Worker(job(COMMON)) as worker:
            yield Asked(worker)


def _common_room(limits: Limits, gpu: bool) -> Room:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bubblewrap, "_lends_users", lambda: False)
        return bubblewrap.room(limits, gpu)


@pytest.fixture(scope="module")
def lodger(scratch: Path) -> Iterator[Asked]:
    """A worker of a throw-away user, the same for all tests of a module."""
    with Worker(job("uid")) as worker:
        yield Asked(worker)


@pytest.fixture(scope="module")
def unprotected(scratch: Path) -> Iterator[Asked]:
    """A worker without a sandbox, the same for all tests of a module."""
    with Worker(job("none")) as worker:
        yield Asked(worker)


_WORKERS = {"bubblewrap": "room", COMMON: "commoner", "uid": "lodger", "none": "unprotected"}


@pytest.fixture(params=ALL)
def either(request: pytest.FixtureRequest) -> Asked:
    """A worker of each backend, the same for all tests of a module."""
    return _worker(request)


@pytest.fixture(params=CONTAINING)
def contained(request: pytest.FixtureRequest) -> Asked:
    """A worker of each backend that contains it, the same for all tests of a module."""
    return _worker(request)


@pytest.fixture(params=[*CONTAINING, pytest.param(COMMON, marks=needs_bubblewrap)])
def inside(request: pytest.FixtureRequest) -> Asked:
    """A worker contained in each way, the same for all tests of a module."""
    return _worker(request)


def _worker(request: pytest.FixtureRequest) -> Asked:
    asked = request.getfixturevalue(_WORKERS[request.param])
    assert isinstance(asked, Asked)
    return asked
