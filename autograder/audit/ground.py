"""Says what a part's grading depends on besides the submission, so that results can be kept."""

from __future__ import annotations

import ast
from pathlib import Path

from ..course import Assignment, Part
from ..grading.batch import Plan
from ..grading.checks import probes_for
from ..grading.digests import PACKAGE, digest_of_files, versions

CHECKS = "checks"
_NOT_OF_GRADING = ("audit", "calibrate", "cli", "commands", "exports", "packaging", "reports")
"""What of the kit has no say in how a check ends."""


def ground_of(assignment: Assignment, part: Part, plan: Plan) -> str:
    """A digest of the part's checks and probes, the kit, the settings and the environment.

    The checks of other parts are left out: an edit there changes nothing here.
    """
    files = {path.name: path.read_bytes() for path in checks_of(assignment, part)}
    environment = [
        without_gaps(probes_for(assignment.folder, part.name)),
        assignment.settings.model_dump_json(),
        part.model_dump_json(),
        assignment.limits_of(part).model_dump_json(),
        assignment.accuracy.model_dump_json() if assignment.accuracy is not None else "",
        plan.backend,
        plan.device,
        plan.data_name if uses_images(assignment, part) else "",
        plan.key.hex(),
        versions(),
        _kit(),
    ]
    return digest_of_files(files, environment)


def checks_of(assignment: Assignment, part: Part) -> list[Path]:
    """The file with the part's checks, and the helpers, which any check may import."""
    folder = assignment.folder / CHECKS
    helpers = [path for path in folder.rglob("*.py") if not path.name.startswith("test_")]
    return [folder / f"test_{part.name}.py", *sorted(helpers)]


def uses_images(assignment: Assignment, part: Part) -> bool:
    """Does a check of the part ask for the images of the data set?"""
    text = (assignment.folder / CHECKS / f"test_{part.name}.py").read_text(encoding="utf-8")
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
    return any(arg.arg == "images" for one in functions for arg in one.args.args)


def without_gaps(text: str) -> str:
    """The lines that are not blank: probes of other parts leave blank lines behind."""
    return "\n".join(line for line in text.splitlines() if line.strip())


def _kit() -> str:
    files = {
        path.relative_to(PACKAGE).as_posix(): path.read_bytes()
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in _NOT_OF_GRADING
    }
    return digest_of_files(files)
