"""Keeps the number of every run, so that a calibration goes on where it was stopped.

A run is known by everything that decides it: the submission's content, the checks and probes of the
measured parts, the settings, the data, the device, the versions computed with, and its key.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from .. import __version__, atomic
from ..authoring.listing import CHECKS, check_file
from ..course import Assignment
from ..grading.checks import probes_for
from ..grading.digests import digest_of_files, versions
from ..grading.results import Outcome
from .measuring import key_of, measured_parts


class Measured(BaseModel):
    """What one run gave: shares in [0, 1], None where training did not end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    held_out: float | None
    marked: float | None
    outcome: Outcome
    seconds: float = 0.0
    said: str = ""
    """What the check said where it did not pass."""


@dataclass(frozen=True)
class Kept:
    """The runs of one setting in `folder`, a file each."""

    folder: Path
    setting: str
    """The digest of all that decides a run besides the submission and the key."""
    assignment: str

    def read(self, submission_digest: str, number: int) -> Measured | None:
        """The run of this submission under key `number`; None where it was not done yet."""
        try:
            text = self._path(submission_digest, number).read_text(encoding="utf-8")
            return Measured.model_validate_json(text)
        except (OSError, UnicodeDecodeError, ValidationError):
            return None

    def write(self, submission_digest: str, number: int, measured: Measured) -> None:
        """Keep the run, whole or not at all."""
        text = measured.model_dump_json(indent=1) + "\n"
        atomic.write_text(self._path(submission_digest, number), text)

    def _path(self, submission_digest: str, number: int) -> Path:
        decided = [self.setting, submission_digest, key_of(self.assignment, number).hex()]
        name = digest_of_files({}, decided).removeprefix("sha256:")
        return self.folder / name[:2] / f"{name}.json"


def kept_runs(folder: Path, assignment: Assignment, data: str, device: str) -> Kept:
    """The runs of this assignment, data and device."""
    return Kept(folder, setting_digest(assignment, data, device), assignment.name)


def setting_digest(assignment: Assignment, data: str, device: str) -> str:
    """The same where the same submission gives the same numbers under the same key.

    The threshold is no part of it: it decides what a number means, not the number.
    """
    rule = assignment.accuracy
    parts = measured_parts(assignment)
    files = _files_of_checks(assignment, parts)
    probes = [probes_for(assignment.folder, part) for part in parts]
    numbers = [
        assignment.settings.model_dump_json(),
        str(None if rule is None else rule.marked_share),
        ", ".join(assignment.modules),
    ]
    return digest_of_files(files, [*probes, *numbers, data, device, versions(), __version__])


def _files_of_checks(assignment: Assignment, parts: list[str]) -> dict[str, bytes]:
    """The check files of these parts and all that they import of what lies beside them."""
    folder = assignment.folder / CHECKS
    wanted = [check_file(assignment, assignment.part(part)) for part in parts]
    files: dict[str, bytes] = {}
    while wanted:
        path = wanted.pop()
        if path.name not in files and path.is_file():
            files[path.name] = path.read_bytes()
            wanted += [
                folder / f"{module}.py"
                for module in _imported(ast.parse(path.read_text(encoding="utf-8-sig")))
            ]
    return files


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
