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


export = typer.Typer(
    no_args_is_help=True, help="Write the grades in the format of another program."
)
app.add_typer(export, name="export")
package = typer.Typer(no_args_is_help=True, help="Let another service or program grade.")
app.add_typer(package, name="package")


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
def calibrate(
    assignment: Annotated[
        str | None, typer.Argument(help="Needed where the course has several.")
    ] = None,
    keys: Annotated[
        int, typer.Option(min=2, help="Keys that the reference trains under, a run each.")
    ] = 500,
    other_keys: Annotated[
        int, typer.Option(min=1, help="The same for every other submission that is measured.")
    ] = 3,
    rate: Annotated[
        float,
        typer.Option(min=1e-12, max=0.5, help="How often an honest solution may fail."),
    ] = 1e-6,
    data_root: DataRoot = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="On the synthetic digits, wherever the images are.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Runs side by side; default: the cores.")
    ] = None,
    device: DeviceOption = Device.AUTO,
    sandbox: SandboxOption = Sandbox.AUTO,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do also the runs that are kept.")] = False,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Measure how likely honest and broken solutions miss the accuracy threshold."""
    from .commands.calibrate import CalibrateOptions
    from .commands.calibrate import calibrate as run

    options = CalibrateOptions(
        assignment=assignment,
        keys=keys,
        other_keys=other_keys,
        rate=rate,
        data_root=data_root,
        synthetic=synthetic,
        jobs=jobs,
        device=device.value,
        sandbox=sandbox.value,
        fresh=fresh,
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
def audit(
    assignment: Annotated[
        str | None, typer.Argument(help="Needed where the course has several.")
    ] = None,
    part: Annotated[str | None, typer.Option(help="Audit this part alone.")] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="REV", help="Audit what can have changed since this git revision."),
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Exit 1 below this mutation score, or where correct code fails."
        ),
    ] = None,
    keys: Annotated[int, typer.Option(min=1, help="Keys that each wheat is graded with.")] = 10,
    out: Annotated[Path, typer.Option(help="Where the report goes.")] = Path("audit"),
    data_root: DataRoot = None,
    allow_synthetic: Synthetic = False,
    jobs: Jobs = None,
    sandbox: SandboxOption = Sandbox.AUTO,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Test the checks: put one bug at a time into the reference and see which check fails.

    Exits 0, 1 with --min-score where the checks are not good enough, 2 on a usage or configuration
    error, 3 when the grader itself failed.
    """
    from .commands.audit import AuditOptions
    from .commands.audit import audit as run

    options = AuditOptions(
        assignment=assignment,
        part=part,
        since=since,
        min_score=min_score,
        rounds=keys,
        out=out,
        data_root=data_root,
        allow_synthetic=allow_synthetic,
        jobs=jobs,
        sandbox=sandbox.value,
    )
    raise typer.Exit(run(course, options))


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
    from .commands.export import export_nbgrader as run

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
    from .commands.export import ExportOptions
    from .commands.export import export as run

    raise typer.Exit(run(course, name, ExportOptions(out, to, sheet, column, scaled)))


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
    from .commands.package import package_gradescope as run

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
    from .commands.package import package_github as run

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
    from .commands.package import package_nbgrader as run

    raise typer.Exit(run(course_file, assignment, course))
