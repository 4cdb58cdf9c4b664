"""Finds an assignment's wheats: correct modules, written differently, that must keep full marks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..authoring.errors import located
from ..authoring.shipping import read_source
from ..course import Assignment
from .errors import AuditError

FOLDER = "wheats"


@dataclass(frozen=True)
class Wheat:
    """A correct version of one module, `source/<assignment>/wheats/<module>/<name>.py`."""

    name: str
    module: str
    path: Path
    text: str

    @property
    def id(self) -> str:
        return f"{self.module}/{self.name}"


def wheats_of(assignment: Assignment) -> list[Wheat]:
    """All wheats by module and name; AuditError where a folder belongs to no module."""
    folder = assignment.folder / FOLDER
    found = []
    for path in sorted(folder.glob("*/*.py")):
        module = path.parent.name
        if module not in assignment.modules:
            expected = f"a folder for one of {', '.join(assignment.modules)}"
            fix = "name the folder after the module that its files stand for"
            raise AuditError(located(path.parent, None, expected, repr(module), fix))
        found.append(Wheat(path.stem, module, path, read_source(path)))
    return found
