"""Says what a class would have run into: self-checks and notebooks, with stubs and reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..course import Assignment
from ..selfcheck.manifest import ListedPart
from .notebooks import graded_in
from .release import write_files
from .stubs import UNWRITTEN
from .trial import Traces, Trial, notebook_run, perform, self_check_run

NOT_ATTEMPTED, PASSED = "not attempted", "passed"
_A_START = b"\n# A first line.\n_STARTED = True\n"
_Judge = Callable[[Traces], Iterable[str]]
"""Says what is wrong with what a trial left."""


@dataclass(frozen=True)
class Stage:
    """A release and its solutions, each by file name, and a folder to try them out in."""

    assignment: Assignment
    parts: tuple[ListedPart, ...]
    release: Mapping[str, bytes]
    solutions: Mapping[str, bytes]
    folder: Path

    def files(self, ending: str) -> list[str]:
        return [f"{module}{ending}" for module in self.assignment.modules]

    def reference(self, ending: str) -> dict[str, bytes]:
        return {name: self.solutions[name] for name in self.files(ending)}

    def place(self, name: str, changes: Mapping[str, bytes]) -> Path:
        """A copy of the release with some files changed."""
        folder = self.folder / name
        write_files({**self.release, **changes}, folder)
        return folder


def try_out(stage: Stage, data_root: Path) -> list[str]:
    """What went wrong, a line for people each; notebooks find their images below `data_root`."""
    started = {name: stage.release[name] + _A_START for name in stage.files(".py")}
    trials = [
        _self_check(stage, "untouched stubs", {}, NOT_ATTEMPTED),
        _self_check(stage, "stubs with a line added", started, NOT_ATTEMPTED),
        _self_check(stage, "the reference as scripts", stage.reference(".py"), PASSED),
        _self_check(stage, "the reference as notebooks", stage.reference(".ipynb"), PASSED),
    ]
    stubs = stage.place("stubs", {})
    filled = stage.place("filled", stage.reference(".ipynb"))
    points = {part.name: float(part.public_points()) for part in stage.parts}
    for name in stage.files(".ipynb"):
        trials.append(_notebook(stubs / name, "stubs", dict.fromkeys(points, 0.0), data_root))
        trials.append(_notebook(filled / name, "the reference", points, data_root))
    left = perform([trial for trial, _ in trials])
    judged = zip(left, (judge for _, judge in trials), strict=True)
    return [problem for traces, judge in judged for problem in judge(traces)]


def small_data(folder: Path) -> Path:
    """A new folder in `folder` with a few drawn digits, for notebooks to run on."""
    from ..data import few_synthetic_digits, write_torchvision_layout

    root = folder / "data"
    write_torchvision_layout(few_synthetic_digits(2_000, 500), root)
    return root


def _self_check(
    stage: Stage, what: str, changes: Mapping[str, bytes], wanted: str
) -> tuple[Trial, _Judge]:
    def judge(traces: Traces) -> Iterator[str]:
        done = self_check_run(traces)
        for error in done.errors:
            yield f"self-check of {what}: expected checks that run, found {error}"
        checks = [check for part in stage.parts for check in part.checks if check.visible]
        for check in {check.id: None for check in checks} | dict.fromkeys(done.ends):
            end = done.ends.get(check)
            if end is None or end.kind != wanted:
                found = f"{end.kind!r}: {end.message.strip()}" if end else "no such check"
                yield f"self-check of {what}: {check}: expected {wanted!r}, found {found}"

    return Trial(stage.place(what.replace(" ", "-"), changes)), judge


def _notebook(
    path: Path, what: str, points: Mapping[str, float], data_root: Path
) -> tuple[Trial, _Judge]:
    def judge(traces: Traces) -> Iterator[str]:
        done = notebook_run(traces)
        for error in done.errors:
            yield f"{path.name} with {what}: expected it to run to its end, found {error}"
        for cell, value in done.values.items():
            part = graded_in(cell)
            if part is not None and value != repr(points.get(part)):
                expected = f"{points.get(part)} points for {part}"
                yield f"{path.name} with {what}: expected {expected}, found {value}"
        unwritten = [line for line in done.output.splitlines() if UNWRITTEN in line]
        if any(points.values()) and unwritten:
            expected = "nothing left to write"
            yield f"{path.name} with {what}: expected {expected}, found {unwritten[0]!r}"

    return Trial(path.parent, path.name, data_root), judge
