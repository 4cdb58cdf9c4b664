"""Grades on a Dask cluster that exists: submissions travel there by content, results come back.

A submission whose worker is lost is graded again elsewhere, which is Dask's own doing.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import interruption
from . import cluster_worker
from .cluster_worker import Facts
from .contents import Rejected
from .forker import TICK_SECONDS
from .slot import Answer, Lost

if TYPE_CHECKING:
    from .batch import Plan
    from .session import Grader
    from .submission import HandedIn

CONNECT_SECONDS = 15


class NoCluster(Exception):
    """The cluster can't be reached or doesn't grade as this machine does; the message says why."""


@dataclass
class Cluster:
    """The workers of a cluster, grading by one plan. Use it as a context manager.

    Entering raises NoCluster where the cluster can't be used.
    """

    plan: Plan
    grader: Grader
    address: str
    _client: Any = None
    _executor: Executor = field(init=False)

    def __enter__(self) -> Cluster:
        self._client = connected(self.address)
        try:
            require_alike(self.plan, facts_of(self._client, self.plan), self.address)
        except BaseException:
            self._client.close()
            raise
        self._executor = self._client.get_executor(pure=False)
        return self

    def __exit__(self, *exc_info: object) -> None:
        with interruption.held(), contextlib.suppress(Exception):
            self._client.run(cluster_worker.end_slots, self.plan)
            self._client.close()

    @property
    def width(self) -> int:
        """How many submissions keep all workers busy, one more each than they grade at a time."""
        threads: dict[str, int] = self._client.nthreads()
        return sum(threads.values()) + len(threads)

    def grade(
        self, to_do: Iterable[HandedIn], at_once: int
    ) -> Iterator[tuple[HandedIn, Answer | Lost]]:
        """Each submission with its answer, in the order of the answers, `at_once` on their way.

        Raises NoCluster where the scheduler is lost, and Stopped.
        """
        waiting = deque(to_do)
        running: dict[Future[bytes], HandedIn] = {}
        while waiting or running:
            while waiting and len(running) < at_once:
                handed_in = waiting.popleft()
                try:
                    submission = self.grader.read(handed_in)
                except Rejected as rejected:
                    yield (
                        handed_in,
                        Answer(result=self.grader.rejected(handed_in.student, rejected), log=""),
                    )
                    continue
                future = self._executor.submit(cluster_worker.grade, self.plan, submission)
                running[future] = handed_in
            interruption.raise_if_asked()
            done, _ = wait(running, TICK_SECONDS, FIRST_COMPLETED)
            for future in done:
                yield running.pop(future), self._answer(future)

    def _answer(self, future: Future[bytes]) -> Answer | Lost:
        try:
            return Answer.model_validate_json(future.result())
        except Lost as lost:
            return lost
        except BaseException as error:
            if self._client.status != "running":
                raise NoCluster(
                    f"--scheduler {self.address}: the scheduler was lost while it graded "
                    f"({type(error).__name__}); start it again"
                ) from None
            return Lost(f"The cluster gave no answer: {type(error).__name__}: {error}")


def connected(address: str) -> Any:
    """A client of the cluster; NoCluster where nobody answers or Dask isn't installed."""
    try:
        import distributed
        from distributed.comm import registry
        from distributed.comm.addressing import parse_address
    except ImportError:
        raise NoCluster(
            f"--scheduler {address}: expected Dask's package `distributed`, found none; "
            "install it: pip install 'autograder[cluster]'"
        ) from None
    try:
        # Asked to connect to what is no address, a client would try for half a minute.
        registry.get_backend(parse_address(address)[0])
        client: Any = distributed.Client
        return client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise NoCluster(
            f"--scheduler {address}: expected the address of a Dask scheduler, found nobody who "
            f"answers as one ({type(error).__name__}); start one with `dask scheduler`, which "
            "prints its address: tcp://HOST:PORT"
        ) from None


def facts_of(client: Any, plan: Plan) -> dict[str, Facts]:
    """What each worker would grade with, by its address; NoCluster where there is none."""
    try:
        found: dict[str, Facts] = client.run(cluster_worker.facts, plan)
    except Exception as error:
        raise NoCluster(
            f"a worker of the cluster can't be asked ({type(error).__name__}: {error}); install "
            "this kit for the workers, too"
        ) from None
    if not found:
        raise NoCluster("the cluster has no workers; start some with `dask worker ADDRESS`")
    return found


def require_alike(plan: Plan, found: dict[str, Facts], address: str) -> None:
    """Raises NoCluster where a worker would grade otherwise than this machine."""
    here = cluster_worker.facts(plan)
    for worker, there in sorted(found.items()):
        problem = problem_of(here, there)
        if problem:
            raise NoCluster(
                f"--scheduler {address}: the worker {worker} can't grade for this machine: "
                f"{problem}; `autograder doctor --scheduler {address}` shows them all"
            )


def problem_of(here: Facts, there: Facts) -> str | None:
    """Why a worker can't grade for this machine; None where it can."""
    if there.problem is not None:
        return there.problem
    for name, ours in here.same.items():
        if there.same.get(name) != ours:
            return f"expected {name} {ours}, found {there.same.get(name)}"
    return None
