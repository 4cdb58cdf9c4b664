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
from autograder.sandbox.warm import Warm

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
WARM = "-warm"
"""The ending of a backend's name where its worker is forked from a warm process."""
CONTAINING = [
    pytest.param(f"{name}{how}", marks=mark)
    for name, mark in (("bubblewrap", needs_bubblewrap), ("uid", needs_uid))
    for how in ("", WARM)
]
ALL = [*CONTAINING, "none", f"none{WARM}"]
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


@pytest.fixture(scope="session")
def nursery(scratch: Path) -> Iterator[Warm]:
    """The warm process that workers of these tests are forked from; it has imported nothing."""
    with Warm(()) as warm:
        yield warm


def _worker(name: str, nursery: Warm, **options: Any) -> Worker:
    if not name.endswith(WARM):
        return Worker(job(name, **options))
    return Worker(job(name.removesuffix(WARM), **options), nursery)


@pytest.fixture
def start(nursery: Warm) -> Iterator[Start]:
    """Starts a worker for one test."""
    workers = []

    def begin(backend: str = "bubblewrap", **options: Any) -> Asked:
        workers.append(_worker(backend, nursery, **options))
        return Asked(workers[-1])

    yield begin
    for worker in workers:
        worker.close()


@pytest.fixture(scope="module")
def lasting(nursery: Warm) -> Iterator[Callable[[str], Asked]]:
    """Workers that are the same for all tests of a module. One starts again when it has ended."""
    workers: dict[str, Worker] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BACKENDS, COMMON, Backend(COMMON, True, _common_room, bubblewrap.problem))

        def begin(name: str) -> Asked:
            if name not in workers:
                workers[name] = _worker(name, nursery)
            return Asked(workers[name])

        yield begin
        for worker in workers.values():
            worker.close()


def _common_room(limits: Limits, gpu: bool) -> Room:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bubblewrap, "_lends_users", lambda: False)
        return bubblewrap.room(limits, gpu)


@pytest.fixture
def room(lasting: Callable[[str], Asked]) -> Asked:
    """A worker in namespaces."""
    return lasting("bubblewrap")


@pytest.fixture
def commoner(lasting: Callable[[str], Asked]) -> Asked:
    """A worker in namespaces as an ordinary user's grader starts it, also where root tests."""
    return lasting(COMMON)


@pytest.fixture
def lodger(lasting: Callable[[str], Asked]) -> Asked:
    """A worker of a throw-away user."""
    return lasting("uid")


@pytest.fixture(params=ALL)
def either(request: pytest.FixtureRequest, lasting: Callable[[str], Asked]) -> Asked:
    """A worker of each backend, cold and warm."""
    return lasting(request.param)


@pytest.fixture(params=CONTAINING)
def contained(request: pytest.FixtureRequest, lasting: Callable[[str], Asked]) -> Asked:
    """A worker of each backend that contains it, cold and warm."""
    return lasting(request.param)


@pytest.fixture(
    params=[
        *CONTAINING,
        pytest.param(COMMON, marks=needs_bubblewrap),
        pytest.param(f"{COMMON}{WARM}", marks=needs_bubblewrap),
    ]
)
def inside(request: pytest.FixtureRequest, lasting: Callable[[str], Asked]) -> Asked:
    """A worker contained in each way, cold and warm."""
    return lasting(request.param)
