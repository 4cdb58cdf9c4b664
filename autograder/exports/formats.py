"""The table of formats: what each is for, and which files it makes of a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..course import Assignment
from ..grading.places import folder_name
from ..grading.results import Result
from ..reports.attention import needs_a_person
from .canvas import canvas
from .classroom50 import classroom50
from .gradescope import NoScore, gradescope
from .junit import junit
from .moodle import moodle
from .plain_csv import plain_csv
from .summary import summary


@dataclass(frozen=True)
class Wanted:
    """What a format may need besides results; `sheet` is the file to fill, with its bytes."""

    assignment: Assignment
    sheet: Path | None = None
    data: bytes = b""
    column: str | None = None
    scaled: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """Files by their names, and sentences for the instructor."""

    files: Mapping[str, bytes]
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class Format:
    """A row of the table. `fills` says whose file is filled, "" where the format needs none."""

    name: str
    about: str
    write: Callable[[Sequence[Result], Wanted], Export]
    fills: str = ""


def _csv(results: Sequence[Result], wanted: Wanted) -> Export:
    return Export({"grades.csv": plain_csv(results).encode()})


def _canvas(results: Sequence[Result], wanted: Wanted) -> Export:
    name = str(wanted.sheet)
    title = wanted.assignment.title
    filled = canvas(results, wanted.data, name, title, wanted.column, wanted.scaled)
    return Export({_own_name(wanted): filled.data}, filled.remarks)


def _moodle(results: Sequence[Result], wanted: Wanted) -> Export:
    filled = moodle(results, wanted.data, str(wanted.sheet), wanted.column, wanted.scaled)
    return Export({_own_name(wanted): filled.data}, filled.remarks)


def _gradescope(results: Sequence[Result], wanted: Wanted) -> Export:
    files, remarks = {}, []
    for result in results:
        try:
            files[f"{folder_name(result.student)}/results.json"] = gradescope(result).encode()
        except NoScore as error:
            remarks.append(f"{error}, and no file.")
    return Export(files, remarks)


def _github(results: Sequence[Result], wanted: Wanted) -> Export:
    title = wanted.assignment.title
    files = {"summary.md": summary(results, title), "junit.xml": junit(results)}
    for result in results:
        folder = folder_name(result.student)
        files[f"{folder}/junit.xml"] = junit([result])
        if result.score is not None:
            files[f"{folder}/result.json"] = classroom50(result, wanted.environment)
    unscored = [one for one in needs_a_person(results) if one.reason in ("internal", "rejected")]
    remarks = [f"{one.student}: no score ({one.reason}), so no result.json." for one in unscored]
    return Export({name: text.encode() for name, text in files.items()}, remarks)


def _own_name(wanted: Wanted) -> str:
    return wanted.sheet.name if wanted.sheet is not None else ""


FORMATS = {
    row.name: row
    for row in (
        Format("csv", "a table for any spreadsheet", _csv),
        Format("canvas", "Canvas's own gradebook, filled", _canvas, "Grades → Export"),
        Format(
            "moodle",
            "Moodle's own offline grading worksheet, filled",
            _moodle,
            "View all submissions → Download grading worksheet",
        ),
        Format("gradescope", "results.json of each student", _gradescope),
        Format("github", "result.json, JUnit XML and a summary in Markdown", _github),
    )
}
