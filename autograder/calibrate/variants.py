"""Says which submissions are measured: the reference, other correct ones, and bad ones.

A variant is the reference with another text of one module. Correct ones, called wheats, are files
`wheats/<module>/<name>.py` in the assignment's folder or its tests; bad ones are edits in
`weak.toml` in the assignment's folder, each with what a student was thinking.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..authoring.regions import strip_markers
from ..authoring.shipping import read_source
from ..course import Assignment, Course
from .record import Kind

WEAK = "weak.toml"
WHEATS = "wheats"
REFERENCE = "reference"


class BadVariant(Exception):
    """A variant can't be made; the message says which and what to mend."""


@dataclass(frozen=True)
class Variant:
    """A complete submission: `files` maps the names of its files to their bytes."""

    name: str
    kind: Kind
    files: dict[str, bytes]
    why: str = ""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Edit(_Strict):
    old: str
    new: str


class _Weak(_Strict):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    why: Annotated[str, Field(min_length=1)]
    module: str
    edits: Annotated[tuple[_Edit, ...], Field(min_length=1)]


class _WeakFile(_Strict):
    weak: tuple[_Weak, ...]


def variants_of(course: Course, assignment: Assignment) -> list[Variant]:
    """The reference, then the wheats, then the weak ones; BadVariant where one can't be made."""
    reference = _reference(assignment)
    return [
        reference,
        *_wheats(course, assignment, reference),
        *_weak(assignment, reference),
    ]


def changed(
    reference: Variant, kind: Kind, name: str, module: str, text: str, why: str = ""
) -> Variant:
    """The reference with another text of one module; whoever has bugs to measure makes them so."""
    return Variant(name, kind, reference.files | {f"{module}.py": text.encode()}, why)


def _reference(assignment: Assignment) -> Variant:
    files = {}
    for module in assignment.modules:
        path = assignment.folder / f"{module}.py"
        files[path.name] = strip_markers(read_source(path), path).encode()
    return Variant(REFERENCE, Kind.REFERENCE, files)


def _wheats(course: Course, assignment: Assignment, reference: Variant) -> Iterator[Variant]:
    tests = course.root / "tests" / assignment.name
    for module in assignment.modules:
        for folder in (assignment.folder, tests):
            for path in sorted((folder / WHEATS / module).glob("*.py")):
                name = f"{module}/{path.stem}"
                yield changed(reference, Kind.WHEAT, name, module, read_source(path))


def _weak(assignment: Assignment, reference: Variant) -> Iterator[Variant]:
    path = assignment.folder / WEAK
    if not path.is_file():
        return
    for entry in _read(path).weak:
        if entry.module not in assignment.modules:
            raise BadVariant(
                f"{path}: {entry.name}: expected one of the modules "
                f"{', '.join(assignment.modules)}, found {entry.module!r}; mend `module`"
            )
        file = f"{entry.module}.py"
        text = reference.files[file].decode()
        for edit in entry.edits:
            if text.count(edit.old) != 1:
                raise BadVariant(
                    f"{path}: {entry.name}: expected the old text of each edit once in "
                    f"{assignment.folder.name}/{file}, found {edit.old!r} "
                    f"{text.count(edit.old)} times; write it as it stands there now"
                )
            text = text.replace(edit.old, edit.new)
        yield changed(reference, Kind.WEAK, entry.name, entry.module, text, entry.why)


def _read(path: Path) -> _WeakFile:
    try:
        return _WeakFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadVariant(f"{path}: expected TOML, found a mistake ({error}); mend it") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadVariant(
            f"{path}: {where}: expected entries [[weak]] with name, why, module and edits, "
            f"found: {first['msg'].lower()}; mend it"
        ) from None
