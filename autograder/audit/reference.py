"""Finds the correct code that bugs are put into: an assignment's source without its markers."""

from __future__ import annotations

from dataclasses import dataclass

from ..authoring.regions import scan
from ..authoring.shipping import shipped_files
from ..course import Assignment


@dataclass(frozen=True)
class Module:
    """The reference of one module; `written` are its lines that students write themselves."""

    name: str
    text: str
    written: tuple[range, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.py"


def reference(assignment: Assignment) -> dict[str, Module]:
    """The reference by module; AuthoringError where the source is unfit for a release."""
    shipped = {file.name: file for file in shipped_files(assignment)}
    found = {}
    for name in assignment.modules:
        file = shipped[f"{name}.py"]
        regions = scan(file.source, file.path)
        markers = sorted(line for one in regions for line in (one.begin, one.end))
        written = tuple(
            range(
                one.begin - sum(line < one.begin for line in markers),
                one.end - sum(line < one.end for line in markers),
            )
            for one in regions
            if one.kind == "solution"
        )
        found[name] = Module(name, file.reference, written)
    return found
