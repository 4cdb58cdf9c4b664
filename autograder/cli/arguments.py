"""The options and arguments that several commands have, each described once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


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


OneAssignment = Annotated[str | None, typer.Argument(help="Needed where the course has several.")]
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
