"""What a course file may say, as types: the units, ranges and examples are written here once."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, PrivateAttr

from autograder.course.errors import CourseError, one_of, shown, shown_path
from autograder.course.secret import default_key_file

_DUE = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?) ?(\S*)")


def _due(value: Any) -> datetime:
    """`2027-03-01 23:59 Europe/Berlin`, or with an offset such as +01:00 or Z for the zone."""
    if isinstance(value, str) and (match := _DUE.fullmatch(value.strip())):
        date, time, zone = match.groups()
        try:
            if re.fullmatch(r"Z|[+-]\d{2}:?\d{2}", zone):
                return datetime.fromisoformat(f"{date}T{time}{zone}")
            if zone:
                return datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=ZoneInfo(zone))
        except (ValueError, ZoneInfoNotFoundError, OSError):
            pass
    raise ValueError(
        f"expected a date, a time and a time zone, found {shown(value)}; "
        "write for example `due: 2027-03-01 23:59 Europe/Berlin`"
    )


def _reveal_from(value: Any) -> datetime | None:
    try:
        return None if value is None else _due(value)
    except ValueError as error:
        raise ValueError(str(error).replace("`due:", "`reveal_from:")) from None


def _whole(of_what: str, example: str, least: int = 1) -> Any:
    description = f"a whole number of {of_what}, at least {least}"
    return Field(ge=least, description=description, examples=[example])


_Title = Annotated[str, Field(pattern=r"\S", description="a title", examples=["Digits"])]
_Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_Modules = Annotated[
    list[_Word],
    Field(
        min_length=1,
        description="a list of module names",
        examples=["[transforms, model]"],
    ),
]


def _share(example: str) -> Any:
    return Field(gt=0, lt=1, description="a number between 0 and 1", examples=[example])


class _Strict(BaseModel):
    """Nothing is converted, ignored or changed later. A field's description is what an error says
    was expected, its example is the fix.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Limits(_Strict):
    """How much a submission may use."""

    wall_seconds: Annotated[int, _whole("seconds", "180")] = 180
    """For one part, all its checks together."""
    call_seconds: Annotated[int, _whole("seconds", "60")] = 60
    """For one call into the submission."""
    cpu_seconds: Annotated[int, _whole("seconds", "600")] = 600
    """Of computing, for one part, its processes and threads together."""
    memory_mb: Annotated[int, _whole("megabytes", "4096", least=256)] = 4096
    """For one part."""
    processes: Annotated[int, _whole("processes", "128")] = 128
    """For one part, threads included."""
    output_kb: Annotated[int, _whole("kilobytes", "256")] = 256
    """What one part may print."""
    file_mb: Annotated[int, _whole("megabytes", "64")] = 64
    """The largest file that may be written."""
    scratch_mb: Annotated[int, _whole("megabytes", "256")] = 256
    """What may lie on disk at a time, besides the submission."""
    submission_mb: Annotated[int, _whole("megabytes", "20")] = 20
    """For the whole submission, unpacked."""
    files: Annotated[int, _whole("files", "500")] = 500
    """In the whole submission."""


class Part(_Strict):
    """What is graded on its own, for its own points."""

    name: Annotated[
        _Word, Field(description="a name of lower-case letters", examples=["transforms"])
    ]
    title: _Title
    points: Annotated[
        float,
        Field(gt=0, allow_inf_nan=False, description="a number above 0", examples=["15"]),
    ]
    modules: _Modules
    """The student's modules that this part needs, all of them of the assignment."""
    limits: Annotated[
        Limits, Field(description="a group of limits", examples=["{wall_seconds: 180}"])
    ] = Limits()
    """Only what the file sets for this part; `Assignment.limits_of` has them all."""


class Accuracy(_Strict):
    """When a training run counts as one that learned, from this run's data."""

    threshold: Annotated[float, _share("0.94")]
    """The share of the clean held-out images that must be right."""
    marked_share: Annotated[float, _share("0.06")]
    """The share of the training images that carry the secret mark."""
    marked_threshold: Annotated[float, _share("0.5")]
    """The share of the marked held-out images that must be right."""


class Level(StrEnum):
    """How much of a result its student sees. Of hidden checks it is never more than the hint."""

    FULL = "full"
    NO_EXPECTED = "no-expected"
    """No expected values."""
    POINTS = "points"
    """Points only."""


class Feedback(_Strict):
    """What students see of their results."""

    level: Annotated[
        Level,
        BeforeValidator(lambda value: Level(value) if value in list(Level) else value),
        Field(description=f"one of {', '.join(Level)}", examples=["full"]),
    ] = Level.FULL
    reveal: Annotated[int, _whole("held-out images", "200", least=0)] = 0
    """Of so many held-out images, for all students the same, feedback may show the labels."""
    reveal_from: Annotated[
        datetime | None,
        BeforeValidator(_reveal_from),
        Field(
            description="a date, a time and a time zone",
            examples=["2027-03-01 23:59 Europe/Berlin"],
        ),
    ] = None
    """Since when; None is the due date."""


class Assignment(_Strict):
    """One entry under `assignments:`, and the folder source/<name> that belongs to it."""

    title: _Title
    due: Annotated[
        datetime,
        BeforeValidator(_due),
        Field(
            description="a date, a time and a time zone",
            examples=["2027-03-01 23:59 Europe/Berlin"],
        ),
    ]
    data: Annotated[_Word, Field(description="the name of the images", examples=["mnist"])]
    settings: Annotated[
        InstanceOf[BaseModel], Field(description="the settings that the handout quotes")
    ]
    modules: _Modules
    """What the student writes, in the order of the handout."""
    parts: Annotated[
        list[Part],
        Field(min_length=1, description="a list of parts", examples=["[{name: model, …}]"]),
    ]
    accuracy: Annotated[
        Accuracy | None,
        Field(description="the accuracy rule", examples=["{threshold: 0.94, …}"]),
    ] = None
    """None where no part trains on the data."""
    feedback: Annotated[
        Feedback, Field(description="what students see", examples=["{level: full}"])
    ] = Feedback()
    limits: Annotated[
        Limits, Field(description="a group of limits", examples=["{wall_seconds: 180}"])
    ] = Limits()

    _name: str = PrivateAttr()
    _folder: Path = PrivateAttr()

    def at(self, name: str, folder: Path) -> Assignment:
        """The same assignment under its name and in its folder, which its entry doesn't repeat."""
        placed = self.model_copy()
        placed._name, placed._folder = name, folder
        return placed

    @property
    def name(self) -> str:
        return self._name

    @property
    def folder(self) -> Path:
        """source/<name>."""
        return self._folder

    @property
    def points(self) -> float:
        """Of all parts together."""
        return sum(part.points for part in self.parts)

    def reveals(self, now: datetime) -> bool:
        """May feedback show labels of held-out images at this time?"""
        return now >= (self.feedback.reveal_from or self.due)

    def part(self, name: str) -> Part:
        """Raises KeyError where no part has this name."""
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(name)

    def limits_of(self, part: Part) -> Limits:
        """The assignment's limits, but for those that the part sets itself."""
        own = {name: getattr(part.limits, name) for name in part.limits.model_fields_set}
        return self.limits.model_copy(update=own)


class KeySource(_Strict):
    """Where the secret key comes from: the environment, or else a file outside the repository."""

    environment: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
            description="the name of an environment variable",
            examples=["AUTOGRADER_KEY"],
        ),
    ] = "AUTOGRADER_KEY"
    file: Annotated[
        str | None, Field(pattern=r"\S", description="a path", examples=["~/course.key"])
    ] = None
    """None is a file in the user's settings folder. `~` is the home folder; a relative path starts
    at the course file."""


class Course(_Strict):
    """A whole course.yaml."""

    title: _Title
    repository: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$",
            description="owner/name on GitHub",
            examples=["example/first-image-classifier"],
        ),
    ]
    branch: Annotated[
        str, Field(pattern=r"^\S+$", description="the name of a branch", examples=["main"])
    ] = "main"
    key: Annotated[
        KeySource,
        Field(description="the source of the key", examples=["{environment: AUTOGRADER_KEY}"]),
    ] = KeySource()
    assignments: Annotated[
        dict[str, Assignment],
        Field(
            min_length=1, description="the assignments by name", examples=["{mnist: {title: …}}"]
        ),
    ]

    _path: Path = PrivateAttr()

    def at(self, path: Path) -> Course:
        """The same course as read from this file, each assignment in its folder beside it."""
        assignments = {
            name: assignment.at(name, path.parent / "source" / name)
            for name, assignment in self.assignments.items()
        }
        placed = self.model_copy(update={"assignments": assignments})
        placed._path = path
        return placed

    @property
    def path(self) -> Path:
        """The file, absolute."""
        return self._path

    @property
    def root(self) -> Path:
        """The folder of the file, which holds source/, release/ and solutions/."""
        return self._path.parent

    @property
    def key_file(self) -> Path:
        """Where the secret key lies unless the environment holds it."""
        if self.key.file is None:
            return default_key_file(self.repository.lower().replace("/", "."))
        return self.root / Path(self.key.file).expanduser()

    def assignment(self, name: str) -> Assignment:
        """Raises CourseError where the course has no such assignment."""
        if name in self.assignments:
            return self.assignments[name]
        raise CourseError(
            f"{shown_path(self.path)}: expected an assignment of the course, found {name!r}; "
            + one_of(name, list(self.assignments))
        )
