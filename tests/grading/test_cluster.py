"""On a cluster each submission gets the result that it gets on this machine, whatever is lost."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.cluster import Cluster, NoCluster, facts_of, problem_of, require_alike
from autograder.grading.cluster_worker import Facts

from .conftest import REFERENCE, STUBS, hand_in

STARTED = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(
        n_workers=int(sys.argv[1]), threads_per_worker=1, dashboard_address=None,
        worker_dashboard_address=None, silence_logs=50,
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        print(*(nanny.pid for nanny in cluster.workers.values()), flush=True)
        sys.stdin.read()
"""
SLOW = "import time\n\n\ndef double(x):\n    time.sleep(0.4)\n    return 2 * x\n"


class Running:
    """A cluster on this machine: its address and the processes of its workers."""

    def __init__(self, folder: Path, workers: int) -> None:
        script = folder / "cluster.py"
        script.write_text(STARTED)
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(workers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.workers = [int(word) for word in self.process.stdout.readline().split()]

    def end(self) -> None:
        self.process.communicate("", timeout=60)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("cluster"), 2)
    yield running
    running.end()


@pytest.fixture
def command(tiny_course: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `autograder` on the tiny course."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "autograder", *map(str, arguments)],
            cwd=tiny_course.parent,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return run


def results(out: Path) -> dict[str, Any]:
    """Every result without what differs from run to run."""
    found = {}
    for path in out.glob("*/result.json"):
        found[path.parent.name] = json.loads(path.read_text())
        del found[path.parent.name]["seconds"]
    return found


@pytest.mark.slow
def test_the_same_results_cold_and_warm_one_or_many_here_or_there(
    command: Any, tmp_path: Path, cluster: Running
) -> None:
    class_ = tmp_path / "submitted"
    hand_in(class_, "reference", REFERENCE)
    hand_in(class_, "untouched", STUBS)
    hand_in(class_, "one-bug", REFERENCE | {"double.py": "def double(x):\n    return x + 2\n"})
    hand_in(class_, "no-syntax", REFERENCE | {"greet.py": "def greet(name)\n"})
    hand_in(class_, "leaving", REFERENCE | {"double.py": "import os\nos._exit(0)\n"})
    hand_in(class_, "drawing", {"double.py": "import random\nrandom = [].append\n"})
    (class_ / "rejected" / "tiny.zip").parent.mkdir()
    (class_ / "rejected" / "tiny.zip").write_bytes(b"no zip")
    ways = {
        "one": ("--jobs", "1"),
        "many": ("--jobs", "3"),
        "cold": ("--cold", "--jobs", "2"),
        "there": ("--scheduler", cluster.address),
    }
    found = {}
    for way, options in ways.items():
        graded = command("grade", class_, "--out", tmp_path / way, *options)
        assert graded.returncode == 0, graded.stderr
        found[way] = results(tmp_path / way)
    assert len(found["one"]) == 7
    assert found["one"]["reference"]["score"] == 6.0
    assert found["one"]["rejected"]["status"] == "rejected"
    for way in ways:
        assert found[way] == found["one"], way
    again = command("grade", class_, "--out", tmp_path / "there", "--scheduler", cluster.address)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("  kept  ") == 6, again.stdout


@pytest.mark.slow
def test_a_worker_that_is_killed_takes_no_submission_with_it(command: Any, tmp_path: Path) -> None:
    class_ = tmp_path / "submitted"
    students = [f"s{number:02}" for number in range(10)]
    for student in students:
        hand_in(class_, student, REFERENCE | {"double.py": SLOW})
    running = Running(tmp_path, 2)
    out = tmp_path / "graded"

    def kill_in_the_middle() -> None:
        while len(list(out.glob("*/result.json"))) < 2:
            time.sleep(0.05)
        os.kill(running.workers[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_in_the_middle, daemon=True)
    killer.start()
    graded = command("grade", class_, "--out", out, "--scheduler", running.address)
    killer.join(timeout=10)
    running.end()
    assert not killer.is_alive()
    assert graded.returncode == 0, graded.stderr
    found = results(out)
    assert sorted(found) == students
    assert {result["score"] for result in found.values()} == {6.0}
    assert len((out / "grades.csv").read_text().splitlines()) == 11


@pytest.mark.slow
def test_doctor_says_of_each_worker_whether_it_grades_alike(command: Any, cluster: Running) -> None:
    said = command("doctor", "--scheduler", cluster.address)
    assert said.returncode == 0, said.stdout + said.stderr
    first, *workers = said.stdout.splitlines()
    assert re.match(r"ok +tiny +here: versions python 3\.\d+, torch .*kit sha256:", first)
    assert len(workers) == 2
    assert all(re.match(r"ok +tcp://\S+ +grades as this machine does", line) for line in workers)


def test_where_nobody_answers(command: Any, tmp_path: Path, monkeypatch: Any) -> None:
    hand_in(tmp_path / "submitted", "a", REFERENCE)
    said = command(
        "grade", tmp_path / "submitted", "--out", tmp_path / "out", "--scheduler", "nonsense://x"
    )
    assert said.returncode == 2
    assert said.stderr.strip().splitlines()[-1] == (
        "--scheduler nonsense://x: expected the address of a Dask scheduler, found nobody who "
        "answers as one (ValueError); start one with `dask scheduler`, which prints its "
        "address: tcp://HOST:PORT"
    )


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.grading.cluster import connected

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NoCluster) as caught:
        connected("tcp://somewhere:1")
    assert str(caught.value) == (
        "--scheduler tcp://somewhere:1: expected Dask's package `distributed`, found none; "
        "install it: pip install 'autograder[cluster]'"
    )


HERE = Facts({"versions": "torch 2", "kit": "sha256:1"})


@pytest.mark.parametrize(
    ("there", "problem"),
    [
        (HERE, None),
        (
            Facts({"versions": "torch 3", "kit": "sha256:1"}),
            "expected versions torch 2, found torch 3",
        ),
        (Facts({"versions": "torch 2"}), "expected kit sha256:1, found None"),
        (Facts({}, "bubblewrap: bwrap was not found"), "bubblewrap: bwrap was not found"),
    ],
)
def test_a_worker_that_would_grade_otherwise(there: Facts, problem: str | None) -> None:
    assert problem_of(HERE, there) == problem


def test_a_worker_that_would_grade_otherwise_stops_the_grading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("autograder.grading.cluster_worker.facts", lambda plan: HERE)
    require_alike(None, {"tcp://a": HERE}, "tcp://s")  # type: ignore[arg-type]
    with pytest.raises(NoCluster) as caught:
        require_alike(None, {"tcp://a": HERE, "tcp://b": Facts({}, "no images")}, "tcp://s")  # type: ignore[arg-type]
    assert str(caught.value) == (
        "--scheduler tcp://s: the worker tcp://b can't grade for this machine: no images; "
        "`autograder doctor --scheduler tcp://s` shows them all"
    )


class FakeClient:
    """A client whose workers answer `answer`, or raise it."""

    def __init__(self, answer: Any, status: str = "running") -> None:
        self.answer, self.status = answer, status

    def run(self, function: Any, plan: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "the cluster has no workers; start some with `dask worker ADDRESS`"),
        (
            ModuleNotFoundError("No module named 'autograder'"),
            "a worker of the cluster can't be asked (ModuleNotFoundError: No module named "
            "'autograder'); install this kit for the workers, too",
        ),
    ],
)
def test_workers_that_cannot_be_asked(answer: Any, words: str) -> None:
    with pytest.raises(NoCluster) as caught:
        facts_of(FakeClient(answer), None)  # type: ignore[arg-type]
    assert str(caught.value) == words


def test_what_came_instead_of_an_answer_is_told_of_its_submission() -> None:
    cluster = Cluster(None, None, "tcp://s", FakeClient(None))  # type: ignore[arg-type]
    future: Future[bytes] = Future()
    future.set_exception(OSError("gone"))
    lost = cluster._answer(future)
    assert str(lost) == "The cluster gave no answer: OSError: gone"


def test_a_scheduler_that_is_lost_stops_the_grading() -> None:
    cluster = Cluster(None, None, "tcp://s", FakeClient(None, "closed"))  # type: ignore[arg-type]
    future: Future[bytes] = Future()
    future.set_exception(OSError("gone"))
    with pytest.raises(NoCluster) as caught:
        cluster._answer(future)
    assert str(caught.value) == (
        "--scheduler tcp://s: the scheduler was lost while it graded (OSError); start it again"
    )
