"""Runs checks in the trusted process, part by part in one pytest session; probes run in workers.

Beginning a session takes pytest longer than running most parts, so one serves for as many
submissions as a process grades.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from pydantic import BaseModel

from ..selfcheck.checkinfo import info_of
from ..selfcheck.expect import Expect
from .checks import pytest_arguments, register_markers
from .drawing import Show
from .part_run import Ending, PartRun
from .results import Outcome

if TYPE_CHECKING:
    import torch

    from ..data import ImageData

T = TypeVar("T")


class NoSession(Exception):
    """pytest ended before any check could run."""


class Session:
    """A pytest plugin with the fixtures of checks, which lead to whatever part runs now."""

    def __init__(self) -> None:
        self._items: list[tuple[str, pytest.Item]] = []
        self._now: PartRun | None = None
        self.is_spent = False
        """A check was left in the middle, and pytest would not run another one after it."""

    def check(self, run: PartRun) -> None:
        """Run the checks; afterwards `run.endings` has one for every check that must run."""
        self._now = run
        items = [item for name, item in self._items if name in run.checks]
        try:
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        except pytest.exit.Exception as left:
            run.log.append(f"A check ended pytest: {left}")
            self.is_spent = True
        except BaseException:
            self.is_spent = True
            raise
        finally:
            self._now = None
        for name in run.checks.keys() - run.endings.keys():
            run.endings[name] = Ending(Outcome.UNGRADABLE, "The check did not run.")

    @property
    def run(self) -> PartRun:
        """The part whose checks run now."""
        assert self._now is not None
        return self._now

    def pytest_configure(self, config: pytest.Config) -> None:
        register_markers(config)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._items = [(info_of(item).id, item) for item in session.items]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        """Instead of pytest's own: nobody reads that, and describing a failure costs most of it."""
        error = call.excinfo.value if call.excinfo is not None else None
        if call.when == "call" or error is not None:
            self.run.note_end(item, error, in_call=call.when == "call")
        assert call.when != "collect"
        return pytest.TestReport(
            item.nodeid, item.location, {}, "passed" if error is None else "failed", None, call.when
        )

    @pytest.fixture
    def probe(self, request: pytest.FixtureRequest) -> Callable[..., Any]:
        """Run a probe in the worker; its result as plain data."""
        check = info_of(request.node).id

        def run(function: Callable[..., Any], **arguments: Any) -> Any:
            return self.run.ask(check, function.__name__, arguments)

        return run

    @pytest.fixture
    def expect(self) -> Expect:
        """The words that expectations are written in."""
        return Expect()

    @pytest.fixture
    def show(self, request: pytest.FixtureRequest) -> Show:
        """What to draw beside the words, for the feedback page."""
        return self.run.show(request.node)

    @pytest.fixture
    def revealed(self) -> Callable[[int], list[int]]:
        """Of so many held-out images, which may be shown with their labels: for all the same."""
        return self.run.revealed

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> torch.Generator:
        """Random numbers for challenge data, secret and the same in every grading."""
        return self.run.rng(info_of(request.node).id)

    @pytest.fixture
    def settings(self) -> BaseModel:
        """The numbers of the course."""
        return self.run.settings_values

    @pytest.fixture
    def device(self) -> str:
        """Where the worker computes: "cpu" or "cuda"."""
        return self.run.device_name

    @pytest.fixture
    def images(self) -> ImageData:
        """The images with their labels; they stay on this side."""
        return self.run.load_images()

    @pytest.fixture
    def accuracy_rule(self, request: pytest.FixtureRequest) -> tuple[float, float, float] | None:
        """When a run counts as one that learned: threshold, marked share, marked threshold.

        A check that asks for it records `held_out` and `marked`, and is done again under a fresh
        key where the run learned the mark and missed the threshold.
        """
        return self.run.accuracy_rule(info_of(request.node).id)

    @pytest.fixture
    def record(self) -> Callable[[str, float], None]:
        """Put a number into the result."""

        def keep(name: str, value: float) -> None:
            self.run.records[name] = float(value)

        return keep


class _Instead:
    """Does `work` where pytest would run all that it collected."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.work = work
        self.failed: BaseException | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool:
        try:
            self.work()
        except BaseException as error:
            # pytest would make an exit status of it.
            self.failed = error
        return True


def within_session(assignment: Path, work: Callable[[Session], T]) -> T:
    """What `work` gives, which can check parts of the assignment in this folder meanwhile.

    Raises what `work` raises, and NoSession.
    """
    session = Session()
    found: list[T] = []
    instead = _Instead(lambda: found.append(work(session)))
    code = pytest.main(pytest_arguments(assignment), plugins=[session, instead])
    if instead.failed is not None:
        raise instead.failed
    if not found:
        raise NoSession(f"pytest ended with {code!r} before any check could run")
    return found[0]
