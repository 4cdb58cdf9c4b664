"""The command line: one function a command, no logic."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .commands.options import GradeOptions

app = typer.Typer(
    name="autograder",
    help="A teaching assignment kit with an autograder for a first image classifier in PyTorch.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Device(StrEnum):
    """Where training runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class Sandbox(StrEnum):
    """What contains a submission while it runs."""

    AUTO = "auto"
    BUBBLEWRAP = "bubblewrap"
    UID = "uid"
    NONE = "none"


CourseFile = Annotated[
    Path, typer.Option("--course", help="The course file.", envvar="AUTOGRADER_COURSE")
]
DataRoot = Annotated[
    Path | None,
    typer.Option(help="A folder with the images, in torchvision's layout or as IDX files."),
]
Synthetic = Annotated[
    bool, typer.Option("--allow-synthetic", help="Without the images, use synthetic digits.")
]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Submissions graded side by side; default: the cores.")
]
DeviceOption = Annotated[Device, typer.Option(help="Where training runs.")]
SandboxOption = Annotated[Sandbox, typer.Option(help="What contains a submission.")]

Scheduler = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Grade on the Dask cluster with this scheduler."),
]


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where the results go.")] = Path("demo"),
    data_root: DataRoot = None,
    jobs: Jobs = None,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Release, self-check one sample, grade the sample class, report: the main job in one go."""
    from .commands.demo import demo as run

    raise typer.Exit(run(course, out, data_root, jobs))


@app.command()
def release(
    assignment: Annotated[str | None, typer.Argument(help="Default: all of them.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say what is stale.")] = False,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Write release/ and solutions/ from source/, after verifying that nothing leaks."""
    from .commands.release import release as run

    raise typer.Exit(run(course, assignment, check))


@app.command()
def grade(
    submissions: Annotated[Path, typer.Argument(help="Holds <student>/<assignment>/ or .zip.")],
    assignment: Annotated[
        str | None, typer.Option(help="Needed where the course has several.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the results go.")] = Path("graded"),
    data_root: DataRoot = None,
    allow_synthetic: Synthetic = False,
    jobs: Jobs = None,
    device: DeviceOption = Device.AUTO,
    sandbox: SandboxOption = Sandbox.AUTO,
    fresh: Annotated[bool, typer.Option("--fresh", help="Grade also what hasn't changed.")] = False,
    scheduler: Scheduler = None,
    cold: Annotated[
        bool, typer.Option("--cold", help="Start each worker from nothing: slower, same scores.")
    ] = False,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Grade every submission, each part in its own sandboxed worker.

    Exits 0 when every submission has a result, 2 on a usage or configuration error, 3 when the
    grader itself failed on some submission.
    """
    from .commands.grade import grade as run

    options = GradeOptions(
        submissions=submissions,
        assignment=assignment,
        out=out,
        data_root=data_root,
        allow_synthetic=allow_synthetic,
        jobs=jobs,
        device=device.value,
        sandbox=sandbox.value,
        fresh=fresh,
        cold=cold,
        scheduler=scheduler,
    )
    raise typer.Exit(run(course, options))


@app.command()
def report(
    out: Annotated[Path, typer.Argument(help="What `grade` wrote.")],
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Write the class report, the feedback pages and grades.csv again."""
    from .commands.report import report as run

    raise typer.Exit(run(course, out))


@app.command()
def show(
    out: Annotated[Path, typer.Argument(help="What `grade` wrote.")],
    student: Annotated[str, typer.Argument(help="Whose feedback.")],
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown.")] = False,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Show a student's feedback on the terminal: what feedback.html says, as text."""
    from .commands.show import show as run

    raise typer.Exit(run(course, out, student, markdown))


@app.command()
def doctor(
    data_root: DataRoot = None,
    scheduler: Scheduler = None,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Say what this machine can do: torch, GPU, sandbox, data; or a cluster, worker by worker."""
    from .commands.doctor import doctor as run

    raise typer.Exit(run(course, data_root, scheduler))
