"""The command line: one function a command, no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..commands.options import GradeOptions
from .arguments import (
    CourseFile,
    DataRoot,
    Device,
    DeviceOption,
    Jobs,
    OneAssignment,
    Sandbox,
    SandboxOption,
    Scheduler,
    Synthetic,
)
from .export import export
from .package import package

app = typer.Typer(
    name="autograder",
    help="A teaching assignment kit with an autograder for a first image classifier in PyTorch.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(export, name="export")
app.add_typer(package, name="package")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where the results go.")] = Path("demo"),
    data_root: DataRoot = None,
    jobs: Jobs = None,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Release, self-check one sample, grade the sample class, report: the main job in one go."""
    from ..commands.demo import demo as run

    raise typer.Exit(run(course, out, data_root, jobs))


@app.command()
def release(
    assignment: Annotated[str | None, typer.Argument(help="Default: all of them.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say what is stale.")] = False,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Write release/ and solutions/ from source/, after verifying that nothing leaks."""
    from ..commands.release import release as run

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
    from ..commands.grade import grade as run

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
    assignment: OneAssignment = None,
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
    from ..commands.calibrate import CalibrateOptions
    from ..commands.calibrate import calibrate as run

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
    from ..commands.report import report as run

    raise typer.Exit(run(course, out))


@app.command()
def audit(
    assignment: OneAssignment = None,
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
    from ..commands.audit import AuditOptions
    from ..commands.audit import audit as run

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
    from ..commands.show import show as run

    raise typer.Exit(run(course, out, student, markdown))


@app.command()
def doctor(
    data_root: DataRoot = None,
    scheduler: Scheduler = None,
    course: CourseFile = Path("course.yaml"),
) -> None:
    """Say what this machine can do: torch, GPU, sandbox, data; or a cluster, worker by worker."""
    from ..commands.doctor import doctor as run

    raise typer.Exit(run(course, data_root, scheduler))
