"""Tries a release out as a student would: `pytest` and the notebooks, each in a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from . import trial_host

SECONDS = 600.0
"""How long one trial may take."""
_SIDE_BY_SIDE = 2
_KEPT_OUTPUT = 2000


@dataclass(frozen=True)
class Trial:
    """A folder to run `pytest` in, or a notebook in it to run from top to bottom.

    A notebook finds its images below `data_root`.
    """

    folder: Path
    notebook: str | None = None
    data_root: Path | None = None


@dataclass(frozen=True)
class Traces:
    """What a trial left: what it found, None where it didn't get so far, and what it said."""

    found: str | None
    said: str


@dataclass(frozen=True)
class CheckEnd:
    """How one check of a self-check ended; `kind` is "passed", "not attempted", …"""

    kind: str
    message: str


@dataclass(frozen=True)
class SelfCheckRun:
    """A whole self-check: each check's end by its id, and what kept pytest from running."""

    ends: Mapping[str, CheckEnd]
    errors: tuple[str, ...]


@dataclass(frozen=True)
class NotebookRun:
    """What a notebook said when it ran: its errors, its words, each cell's value by its id."""

    errors: tuple[str, ...]
    output: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class _Order:
    """What the host of trials is told of one of them."""

    kind: str
    folder: str
    notebook: str | None
    data_root: str | None
    found: str
    said: str


def perform(trials: Sequence[Trial], seconds: float = SECONDS) -> list[Traces]:
    """Run trials, two at a time, each in a process of its own, and none longer than so long.

    They see nothing of the kit's own environment, and their files stay as they are.
    """
    with tempfile.TemporaryDirectory() as name:
        orders = [_order(trial, Path(name), number) for number, trial in enumerate(trials)]
        told = {
            "keeper": os.getpid(),
            "trials": [asdict(order) for order in orders],
            "side_by_side": _SIDE_BY_SIDE,
            "seconds": seconds,
        }
        subprocess.run(
            [sys.executable, "-I", "-B", str(Path(trial_host.__file__))],
            input=json.dumps(told).encode(),
            env=_environment(),
            check=True,
        )
        return [Traces(_read(order.found), _read(order.said) or "") for order in orders]


def self_check(folder: Path) -> SelfCheckRun:
    """Run `pytest` in a copy of a release."""
    [traces] = perform([Trial(folder)])
    return self_check_run(traces)


def run_notebook(path: Path, data_root: Path | None) -> NotebookRun:
    """Run a notebook from top to bottom in its folder."""
    [traces] = perform([Trial(path.parent, path.name, data_root)])
    return notebook_run(traces)


def self_check_run(traces: Traces) -> SelfCheckRun:
    """What came out of `pytest`."""
    said = traces.said[-_KEPT_OUTPUT:]
    if traces.found is None:
        return SelfCheckRun({}, (f"pytest stopped: {said}",))
    found = json.loads(traces.found)
    errors = list(found["errors"])
    if not found["checks"] and not errors:
        errors.append(f"pytest found no checks: {said}")
    ends = {_check_id(node): CheckEnd(*end) for node, end in found["checks"].items()}
    return SelfCheckRun(ends, tuple(errors))


def notebook_run(traces: Traces) -> NotebookRun:
    """What came out of a notebook."""
    if traces.found is None:
        said = traces.said[-_KEPT_OUTPUT:]
        return NotebookRun((f"the notebook did not run: {said}",), "", {})
    errors, words = [], []
    values: dict[str, str] = {}
    for number, cell in enumerate(json.loads(traces.found)["cells"], start=1):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                errors.append(f"cell {number}: {output['ename']}: {output['evalue']}")
            elif output["output_type"] == "stream":
                words.append("".join(output["text"]))
            elif output["output_type"] == "execute_result":
                values[cell["id"]] = "".join(output["data"].get("text/plain", ""))
                words.append(values[cell["id"]])
    return NotebookRun(tuple(errors), "\n".join(words), values)


def _order(trial: Trial, place: Path, number: int) -> _Order:
    return _Order(
        kind="self-check" if trial.notebook is None else "notebook",
        folder=str(trial.folder),
        notebook=trial.notebook,
        data_root=None if trial.data_root is None else str(trial.data_root),
        found=str(place / f"{number}.json"),
        said=str(place / f"{number}.txt"),
    )


def _read(path: str) -> str | None:
    file = Path(path)
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None


def _check_id(node: str) -> str:
    file, _, function = node.rpartition("::")
    return f"{Path(file).stem.removeprefix('test_')}::{function.removeprefix('test_')}"


def _environment() -> dict[str, str]:
    ours = {"PYTHONPATH", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "MPLBACKEND", "MNIST_ROOT"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    return environment | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
