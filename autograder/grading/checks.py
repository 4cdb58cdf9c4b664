"""Lists an assignment's checks beforehand, so that one that vanishes is noticed."""

from __future__ import annotations

import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..authoring import headings, percent, regions
from ..course import Assignment
from ..selfcheck.checkinfo import MARKERS, CheckInfo, info_of

PROBES = "probes.py"
# The last two collect garbage ten times a run, a quarter of a second of it.
_NOT_NEEDED = ("terminal", "cacheprovider", "logging", "threadexception", "unraisableexception")


class BrokenChecks(Exception):
    """The assignment's checks can't be used as they are; the message says what to mend."""


@dataclass(frozen=True)
class Check:
    """A check with what the release decides: may students see it?"""

    info: CheckInfo
    visible: bool
    reread: str = ""
    """The section of a notebook that its hint is about, "" where it names none."""


def list_checks(assignment: Assignment) -> dict[str, list[Check]]:
    """The checks of each part, in the order of their files.

    Raises BrokenChecks where a file can't be collected or the points of a part don't add up.
    """
    load_probes(assignment.folder)
    collector = _Collector()
    arguments = [*pytest_arguments(assignment.folder), "--collect-only"]
    code = pytest.main(arguments, plugins=[collector])
    if collector.problems or code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise BrokenChecks("\n".join(collector.problems) or f"pytest ended with {code}")
    listed: dict[str, list[Check]] = {part.name: [] for part in assignment.parts}
    for item in collector.items:
        try:
            info = info_of(item)
        except ValueError as error:
            raise BrokenChecks(str(error)) from None
        if info.part not in listed:
            raise BrokenChecks(
                f"{item.path.name}: expected test_<part>.py for one of {', '.join(listed)}, "
                f"found {info.part!r}; rename the file or add the part to course.yaml"
            )
        reread = _reread(info, assignment, item.path)
        listed[info.part].append(Check(info, not _is_hidden(item), reread))
    for part in assignment.parts:
        total = sum(check.info.points for check in listed[part.name])
        if abs(total - part.points) > 1e-9:
            raise BrokenChecks(
                f"checks/test_{part.name}.py: expected checks for {part.points:g} points as in "
                f"course.yaml, found {total:g}; change the points markers or course.yaml"
            )
    return listed


def pytest_arguments(assignment: Path) -> list[str]:
    """Arguments of a pytest run over an assignment's checks in the trusted process."""
    checks = assignment / "checks"
    quiet = [word for plugin in _NOT_NEEDED for word in ("-p", f"no:{plugin}")] + ["--capture=no"]
    place = [f"--rootdir={checks}", f"--confcutdir={checks}", "-c", "/dev/null", "-o", "addopts="]
    return [str(checks), *quiet, *place, "--import-mode=prepend", "--strict-markers"]


def load_probes(assignment: Path) -> None:
    """Make `from probes import …` work in checks, with this assignment's probes."""
    path = assignment / PROBES
    module = types.ModuleType("probes")
    module.__file__ = str(path)
    sys.modules["probes"] = module
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)


def probes_for(assignment: Path, part: str) -> str:
    """The source of the probes that grade `part`, and of no other."""
    return percent.for_part((assignment / PROBES).read_text(encoding="utf-8"), part)


def register_markers(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


def _reread(info: CheckInfo, assignment: Assignment, path: Path) -> str:
    if not info.section:
        return ""
    modules = assignment.part(info.part).modules
    files = {name: assignment.folder / f"{name}.py" for name in modules}
    known = {
        name: headings.headings(file.read_text("utf-8")) if file.is_file() else []
        for name, file in files.items()
    }
    try:
        return headings.section_words(info.section, modules, known)
    except ValueError as error:
        raise BrokenChecks(f"{path.name}: {info.id}: reread: {error}") from None


def _is_hidden(item: pytest.Item) -> bool:
    text = item.path.read_text(encoding="utf-8")
    return (item.location[1] or 0) + 1 in regions.hidden_lines(text, item.path)


class _Collector:
    def __init__(self) -> None:
        self.items: Sequence[pytest.Item] = ()
        self.problems: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        register_markers(config)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longreprtext.strip()}")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = session.items
