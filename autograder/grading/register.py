"""Remembers which class a folder of results is of, and since when a grading of it is unfinished.

Without it nobody could tell a student who left the class from one who is in it, nor, after a
grading that was stopped and gone on with, whose score changed since the last one that ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from .. import atomic
from .places import folder_name
from .results import FILE_NAME as RESULT_NAME
from .results import Standing

FILE_NAME = ".class.json"
"""No student's folder begins with a dot."""


class Register(BaseModel):
    """The class of the latest grading.

    `before` has the standings from before it began. While it is unfinished, `again` has the
    students to grade whether anything changed for them or not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    assignment: str
    students: tuple[str, ...]
    unfinished: bool
    before: dict[str, Standing] = {}
    again: tuple[str, ...] = ()

    def without(self, student: str) -> Register:
        """The same after `student` was graded again."""
        again = tuple(other for other in self.again if other != student)
        return self.model_copy(update={"again": again})

    def finished(self) -> Register:
        """The same once all is done; the next grading begins with standings of its own."""
        return self.model_copy(update={"unfinished": False, "again": ()})


def begun(
    earlier: Register | None,
    assignment: str,
    standings: dict[str, Standing | None],
    again: bool,
) -> Register:
    """The register of a grading that begins, or goes on from one that never ended.

    `standings` has every student of the class, with None for one without a result.
    """
    going_on = earlier if earlier is not None and earlier.unfinished else None
    known = going_on.students if going_on is not None else ()
    before = {
        student: standing
        for student, standing in standings.items()
        if standing is not None and student not in known
    }
    remembered = going_on.before if going_on is not None else {}
    left = going_on.again if going_on is not None else ()
    return Register(
        assignment=assignment,
        students=tuple(standings),
        unfinished=True,
        before=before | {name: one for name, one in remembered.items() if name in standings},
        again=tuple(name for name in standings if again or name in left),
    )


def read_register(out: Path) -> Register | None:
    """The register in `out`; None where this version knows of none."""
    try:
        return Register.model_validate_json((out / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None


def write_register(register: Register, out: Path) -> None:
    atomic.write_text(out / FILE_NAME, register.model_dump_json(indent=1) + "\n")


def not_of_the_class(out: Path, students: Iterable[str]) -> list[str]:
    """The folders in `out` with a result that belong to none of these students."""
    found = {path.parent.name for path in out.glob(f"*/{RESULT_NAME}")}
    return sorted(found - {folder_name(student) for student in students})
