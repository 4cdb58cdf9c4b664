"""Tries a release out as a student would: `pytest` and the notebooks, each in a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 600
_RUNNER = """
import json, pytest, sys

class Recorder:
    def __init__(self):
        self.checks = {}
        self.errors = []

    def pytest_collectreport(self, report):
        if report.failed:
            self.errors.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_runtest_logreport(self, report):
        kind = dict(report.user_properties).get("outcome")
        if kind is not None:
            self.checks[report.nodeid] = [kind, report.longreprtext]

recorder = Recorder()
code = pytest.main(["-p", "no:cacheprovider"], plugins=[recorder])
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump({"checks": recorder.checks, "errors": recorder.errors, "code": int(code)}, file)
"""


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


def self_check(folder: Path) -> SelfCheckRun:
    """Run `pytest` in a copy of a release, without anything from the kit's own environment."""
    report = folder.with_name(folder.name + ".json")
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", _RUNNER, str(report)],
        cwd=folder,
        env=_environment(None),
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=_SECONDS,
        check=False,
    )
    if not report.is_file():
        return SelfCheckRun({}, (f"pytest stopped: {(done.stdout + done.stderr)[-2000:]}",))
    found = json.loads(report.read_text(encoding="utf-8"))
    report.unlink()
    errors = list(found["errors"])
    if not found["checks"] and not errors:
        errors.append(f"pytest found no checks: {(done.stdout + done.stderr)[-2000:]}")
    ends = {_check_id(node): CheckEnd(*end) for node, end in found["checks"].items()}
    return SelfCheckRun(ends, tuple(errors))


def run_notebook(path: Path, data_root: Path | None) -> NotebookRun:
    """Run a notebook from top to bottom in its folder; it stays as it is on disk."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook,
        timeout=_SECONDS,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env=_environment(data_root), stderr=subprocess.DEVNULL)
    errors, words = [], []
    values: dict[str, str] = {}
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                errors.append(f"cell {number}: {output.ename}: {output.evalue}")
            elif output.output_type == "stream":
                words.append(output.text)
            elif output.output_type == "execute_result":
                values[cell.id] = output.data.get("text/plain", "")
                words.append(values[cell.id])
    return NotebookRun(tuple(errors), "\n".join(words), values)


def _check_id(node: str) -> str:
    file, _, function = node.rpartition("::")
    return f"{Path(file).stem.removeprefix('test_')}::{function.removeprefix('test_')}"


def _environment(data_root: Path | None) -> dict[str, str]:
    ours = {"PYTHONPATH", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "MPLBACKEND", "MNIST_ROOT"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    if data_root is not None:
        environment["MNIST_ROOT"] = str(data_root)
    return environment
