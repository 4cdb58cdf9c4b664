"""Says which submissions are measured: the reference, other correct ones, and bad ones.

A variant is the reference with something else in place of a part of it. Correct ones, called
wheats, are files `wheats/<module>/<name>.py` in the assignment's tests; bad ones are edits in
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
        Variant(REFERENCE, Kind.REFERENCE, reference),
        *_wheats(course, assignment, reference),
        *_weak(assignment, reference),
    ]


def _reference(assignment: Assignment) -> dict[str, bytes]:
    files = {}
    for module in assignment.modules:
        path = assignment.folder / f"{module}.py"
        files[path.name] = strip_markers(read_source(path), path).encode()
    return files


def _wheats(
    course: Course, assignment: Assignment, reference: dict[str, bytes]
) -> Iterator[Variant]:
    folder = course.root / "tests" / assignment.name / "wheats"
    for module in assignment.modules:
        for path in sorted((folder / module).glob("*.py")):
            files = reference | {f"{module}.py": path.read_bytes()}
            yield Variant(f"{module}/{path.stem}", Kind.WHEAT, files)


def _weak(assignment: Assignment, reference: dict[str, bytes]) -> Iterator[Variant]:
    path = assignment.folder / WEAK
    if not path.is_file():
        return
    for entry in _read(path).weak:
        if entry.module not in assignment.modules:
            raise BadVariant(
                f"{path}: {entry.name}: expected one of the modules "
                f"{', '.join(assignment.modules)}, found {entry.module!r}; mend `module`"
            )
        name = f"{entry.module}.py"
        text = reference[name].decode()
        for edit in entry.edits:
            if text.count(edit.old) != 1:
                raise BadVariant(
                    f"{path}: {entry.name}: expected the old text of each edit once in "
                    f"{assignment.folder.name}/{name}, found {edit.old!r} "
                    f"{text.count(edit.old)} times; write it as it stands there now"
                )
            text = text.replace(edit.old, edit.new)
        files = reference | {name: text.encode()}
        yield Variant(entry.name, Kind.WEAK, files, entry.why)


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
