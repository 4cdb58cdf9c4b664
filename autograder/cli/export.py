"""`autograder export FORMAT`: a command for each format that needs options of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

export = typer.Typer(
    no_args_is_help=True, help="Write the grades in the format of another program."
)

Graded = Annotated[Path, typer.Argument(metavar="OUT", help="What `grade` wrote.")]
OwnCourseFile = Annotated[
    Path,
    typer.Option("--course-file", "--course", help="The course file.", envvar="AUTOGRADER_COURSE"),
]
Column = Annotated[str | None, typer.Option(help="The heading of the column to fill.")]
Scaled = Annotated[
    bool, typer.Option("--scale", help="Turn points into those that the column is out of.")
]
FilledFile = Annotated[
    Path | None, typer.Option("--to", help="Default: SHEET with -graded in its name.")
]
ToFolder = Annotated[Path | None, typer.Option("--to", help="Default: OUT/exports/…")]


@export.command("nbgrader")
def export_nbgrader(
    out: Graded,
    course: Annotated[Path, typer.Option(help="The folder of the nbgrader course.")],
    course_file: Annotated[
        Path, typer.Option(help="This kit's course file.", envvar="AUTOGRADER_COURSE")
    ] = Path("course.yaml"),
) -> None:
    """Into the gradebook of an nbgrader course, which formgrader and `nbgrader export` read."""
    from ..commands.export import export_nbgrader as run

    raise typer.Exit(run(course_file, out, course))


@export.command("canvas")
def export_canvas(
    out: Graded,
    sheet: Annotated[Path, typer.Argument(help="The gradebook that Canvas exported.")],
    to: FilledFile = None,
    column: Column = None,
    scale: Scaled = False,
    course: OwnCourseFile = Path("course.yaml"),
) -> None:
    """Into the column of the assignment in a gradebook from Canvas; the rest stays as it is."""
    _export(course, "canvas", out, to, sheet, column, scale)


@export.command("moodle")
def export_moodle(
    out: Graded,
    sheet: Annotated[Path, typer.Argument(help="The grading worksheet from Moodle.")],
    to: FilledFile = None,
    column: Column = None,
    scale: Scaled = False,
    course: OwnCourseFile = Path("course.yaml"),
) -> None:
    """Into the grades of an offline grading worksheet from Moodle; the rest stays as it is."""
    _export(course, "moodle", out, to, sheet, column, scale)


@export.command("gradescope")
def export_gradescope(
    out: Graded, to: ToFolder = None, course: OwnCourseFile = Path("course.yaml")
) -> None:
    """A results.json for each student."""
    _export(course, "gradescope", out, to)


@export.command("github")
def export_github(
    out: Graded, to: ToFolder = None, course: OwnCourseFile = Path("course.yaml")
) -> None:
    """Classroom 50's result.json and JUnit XML for each student, and a summary of the class."""
    _export(course, "github", out, to)


@export.command("csv")
def export_csv(
    out: Graded,
    to: Annotated[Path | None, typer.Option(help="Default: OUT/exports/csv/grades.csv")] = None,
    course: OwnCourseFile = Path("course.yaml"),
) -> None:
    """A table with a row for each student."""
    _export(course, "csv", out, to)


def _export(
    course: Path,
    name: str,
    out: Path,
    to: Path | None,
    sheet: Path | None = None,
    column: str | None = None,
    scaled: bool = False,
) -> None:
    from ..commands.export import ExportOptions
    from ..commands.export import export as run

    raise typer.Exit(run(course, name, ExportOptions(out, to, sheet, column, scaled)))
