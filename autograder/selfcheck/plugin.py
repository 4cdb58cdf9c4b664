"""Runs a release's public checks in the student's own process, for `pytest` and `check()`."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from .attempt import Chosen, choose, nothing_in
from .checkinfo import MARKERS, CheckInfo, info_of
from .expect import Expect
from .frames import student_frames
from .live import Live
from .manifest import Manifest, read_manifest
from .modules import Student
from .outcome import (
    FAILED,
    NOT_ATTEMPTED,
    PASSED,
    NotAttempted,
    NothingWritten,
    Outcome,
    outcome_of,
)
from .plain import as_data
from .table import table

if TYPE_CHECKING:
    import torch

KIT_FILES = ("checks", "selfcheck", "probes.py", "conftest.py")
_HERE = Path(__file__).resolve().parent


class SelfCheck:
    """One self-check: what is handed out, what the student wrote, how the checks ended."""

    def __init__(self, live: Live | None) -> None:
        self.folder = _HERE.parent
        self.manifest: Manifest = read_manifest(_HERE)
        self.live: dict[str, ModuleType] = live.modules if live is not None else {}
        self.chosen: dict[str, Chosen] = {
            module: choose(self.folder, module, self.manifest.stubs)
            for module in self.manifest.modules
        }
        self.outcomes: list[Outcome] = live.outcomes if live is not None else []
        self.student = new_student(self.folder, self.chosen, self.live)

    def missing(self, part: str) -> list[str]:
        """The modules of `part` that still are as they were released."""
        return [
            module
            for module in self.manifest.part(part).modules
            if not self.chosen[module].attempted and module not in self.live
        ]

    def nothing_in(self, part: str) -> str:
        """What to tell where every file of `part` is empty; "" where one isn't."""
        modules = self.manifest.part(part).modules
        if self.live.keys() & set(modules):
            return ""
        return nothing_in([self.chosen[module] for module in modules])

    def notes(self) -> list[str]:
        return [chosen.note for chosen in self.chosen.values() if chosen.note]


def new_student(
    folder: Path, chosen: dict[str, Chosen], live: dict[str, ModuleType] | None = None
) -> Student:
    files = {name: folder / one.file for name, one in chosen.items() if one.file is not None}
    return Student(folder, files, live=live)


_SELF_CHECK = pytest.StashKey[SelfCheck]()
_CHECK = pytest.StashKey[CheckInfo]()


def self_check_of(config: pytest.Config) -> SelfCheck:
    return config.stash[_SELF_CHECK]


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    plugins = config.pluginmanager.get_plugins()
    live = next((plugin for plugin in plugins if isinstance(plugin, Live)), None)
    config.stash[_SELF_CHECK] = SelfCheck(live)
    Live.running = True


def pytest_unconfigure() -> None:
    Live.running = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.stash[_CHECK] = info_of(item)


def pytest_runtest_setup(item: pytest.Item) -> None:
    part = item.stash[_CHECK].part
    missing = self_check_of(item.config).missing(part)
    if missing:
        raise NotAttempted(f"{part}: not attempted yet; write your code in {_files(missing)}")
    if empty := self_check_of(item.config).nothing_in(part):
        raise NothingWritten(empty)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "teardown" or report.skipped or (report.when == "setup" and report.passed):
        return report
    run = self_check_of(item.config)
    check = item.stash[_CHECK]
    error = call.excinfo.value if call.excinfo is not None else None
    frames = student_frames(error.__traceback__, run.folder, KIT_FILES) if error else []
    modules = run.manifest.part(check.part).modules
    outcome = outcome_of(check, error, modules, tuple(frames))
    run.outcomes.append(outcome)
    report.user_properties.append(("outcome", outcome.kind))
    if outcome.kind != PASSED:
        report.longrepr = "\n".join(outcome.lines())
    return report


def pytest_report_teststatus(
    report: pytest.TestReport | pytest.CollectReport,
) -> tuple[str, str, str] | None:
    kind = dict(getattr(report, "user_properties", ())).get("outcome")
    if kind == NOT_ATTEMPTED:
        return "not attempted", "n", "NOT ATTEMPTED"
    if kind == FAILED:
        # Also where there was nothing to run, which pytest calls an error of the set-up.
        return "failed", "F", "FAILED"
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    run = self_check_of(terminalreporter.config)
    lines = table(run.manifest, run.outcomes)
    if lines:
        terminalreporter.section(run.manifest.title)
        for line in [*run.notes(), *lines]:
            terminalreporter.line(line)


@pytest.fixture
def probe(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Run a probe on the student's modules; its result as plain data."""
    student = self_check_of(request.config).student

    def run(function: Callable[..., Any], **arguments: Any) -> Any:
        # Copies, as in grading, where they cross a pipe.
        return as_data(function(student, **as_data(arguments)))

    return run


@pytest.fixture
def expect() -> Expect:
    """The words that expectations are written in."""
    return Expect()


class Unshown:
    """Takes every picture that a check hands over, and draws none."""

    def __getattr__(self, kind: str) -> Callable[..., None]:
        return lambda *arguments, **how: None


@pytest.fixture
def show() -> Unshown:
    """Pictures are for the feedback page that grading writes."""
    return Unshown()


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> torch.Generator:
    """Random numbers for challenge data, the same in every self-check."""
    import torch

    seed = sum(map(ord, request.node.name))
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> SimpleNamespace:
    """The numbers of the course."""
    return self_check_of(request.config).manifest.settings_object()


@pytest.fixture
def device() -> str:
    """Where a self-check computes."""
    return "cpu"


def _files(modules: list[str]) -> str:
    return " and ".join(f"{module}.py or {module}.ipynb" for module in modules)
