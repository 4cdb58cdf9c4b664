"""`autograder package SERVICE`: what lets another service or program grade."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .arguments import CourseFile

package = typer.Typer(no_args_is_help=True, help="Let another service or program grade.")

PackagedAssignment = Annotated[
    str | None, typer.Argument(metavar="ASSIGNMENT", help="Needed where the course has several.")
]


@package.command("gradescope")
def package_gradescope(
    assignment: PackagedAssignment = None,
    to: Annotated[Path, typer.Option(help="The file to write.")] = Path("autograder.zip"),
    data_root: Annotated[
        Path | None,
        typer.Option(
            help="A folder with the images, which go along; else Gradescope fetches them."
        ),
    ] = None,
    extra_index_url: Annotated[
        str | None,
        typer.Option(help="Another package index, such as that of PyTorch's builds for CPUs."),
    ] = None,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Write autograder.zip, which Gradescope makes an image of. It holds the course's key."""
    from ..commands.package import package_gradescope as run

    raise typer.Exit(run(course, assignment, to, data_root, extra_index_url))


@package.command("github")
def package_github(
    assignment: PackagedAssignment = None,
    to: Annotated[
        Path | None, typer.Option(help="Default: .github/workflows/ beside the course file.")
    ] = None,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Write a GitHub Actions workflow that grades a class in a repository of the instructor's."""
    from ..commands.package import package_github as run

    raise typer.Exit(run(course, assignment, to))


@package.command("nbgrader")
def package_nbgrader(
    course: Annotated[Path, typer.Option(help="The folder of the nbgrader course.")],
    assignment: PackagedAssignment = None,
    course_file: Annotated[
        Path, typer.Option(help="This kit's course file.", envvar="AUTOGRADER_COURSE")
    ] = Path("course.yaml"),
) -> None:
    """Put the assignment into an nbgrader course, for `nbgrader autograde`."""
    from ..commands.package import package_nbgrader as run

    raise typer.Exit(run(course_file, assignment, course))
