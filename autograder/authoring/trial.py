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
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump({"checks": recorder.checks, "errors": recorder.errors, "code": int(code)}, file)
"""
_PLAYER = """
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

path = Path(sys.argv[1])
notebook = nbformat.read(path, as_version=4)
place = {"metadata": {"path": str(path.parent)}}
options = {"timeout": 600, "kernel_name": "python3", "allow_errors": True, "resources": place}
NotebookClient(notebook, **options).execute()
nbformat.write(notebook, sys.argv[2])
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
    report = folder.with_name(f"{folder.name}.json")
    said = _python(_RUNNER, folder, report)
    if not report.is_file():
        return SelfCheckRun({}, (f"pytest stopped: {said}",))
    found = json.loads(report.read_text(encoding="utf-8"))
    report.unlink()
    errors = list(found["errors"])
    if not found["checks"] and not errors:
        errors.append(f"pytest found no checks: {said}")
    ends = {_check_id(node): CheckEnd(*end) for node, end in found["checks"].items()}
    return SelfCheckRun(ends, tuple(errors))


def run_notebook(path: Path, data_root: Path | None) -> NotebookRun:
    """Run a notebook from top to bottom in its folder; it stays as it is on disk."""
    played = path.with_name(f"{path.stem}.played.json")
    done = _python(_PLAYER, path, played, data_root=data_root)
    if not played.is_file():
        return NotebookRun((f"the notebook did not run: {done}",), "", {})
    cells = json.loads(played.read_text(encoding="utf-8"))["cells"]
    played.unlink()
    errors, words = [], []
    values: dict[str, str] = {}
    for number, cell in enumerate(cells, start=1):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                errors.append(f"cell {number}: {output['ename']}: {output['evalue']}")
            elif output["output_type"] == "stream":
                words.append("".join(output["text"]))
            elif output["output_type"] == "execute_result":
                values[cell["id"]] = "".join(output["data"].get("text/plain", ""))
                words.append(values[cell["id"]])
    return NotebookRun(tuple(errors), "\n".join(words), values)


def _python(code: str, *paths: Path, data_root: Path | None = None) -> str:
    """Run `code` beside the first path, with the paths for arguments; the end of what it says."""
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", code, *map(str, paths)],
        cwd=paths[0] if paths[0].is_dir() else paths[0].parent,
        env=_environment(data_root),
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=_SECONDS,
        check=False,
    )
    return (done.stdout + done.stderr)[-2000:]


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
