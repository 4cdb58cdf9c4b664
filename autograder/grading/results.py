"""What grading a submission gives: `result.json`, as types."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from .. import atomic
from .figures import Figure, Figures, read_figures, write_figures
from .places import folder_name

FILE_NAME = "result.json"
_FIGURES: Any = {"parts": {"__all__": {"checks": {"__all__": {"figures"}}}}}


class Outcome(StrEnum):
    """How a check ended. `ungradable` is the grader's own fault, never the student's."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    UNGRADABLE = "ungradable"


class Status(StrEnum):
    """What became of a submission."""

    GRADED = "graded"
    REJECTED = "rejected"
    INTERNAL = "internal"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Frame(_Strict):
    """A line of the student's own code."""

    file: str
    line: int
    function: str
    text: str


class CheckResult(_Strict):
    """One check. `expected` and `found` are set where the check compared something."""

    id: str
    title: str
    outcome: Outcome
    points: float
    max_points: float
    message: str = ""
    hint: str = ""
    reread: str = ""
    """Which section of which notebook the hint is about."""
    visible: bool = True
    expected: str = ""
    found: str = ""
    frames: tuple[Frame, ...] = ()
    tampered: bool = False
    """Did the worker send what no honest code makes it send?"""
    figures: tuple[Figure, ...] = ()
    """Pictures, in `figures.json` and not in `result.json`."""


class PartResult(_Strict):
    """One part; its points are the sum of its checks'."""

    name: str
    title: str
    points: float
    max_points: float
    attempted: bool
    checks: tuple[CheckResult, ...]


class AccuracyRun(_Strict):
    """What the trusted side counted after one training run; None where it did not get that far."""

    held_out: float | None
    marked: float | None


class AccuracyResult(_Strict):
    """What the trusted side counted on the held-out images; None where no run got that far.

    The numbers are those of the last of the `runs`, which decided. There are several where one
    learned the mark and missed the threshold, and so was repeated under a fresh key.
    """

    held_out: float | None
    threshold: float
    marked: float | None
    data: str
    device: str
    runs: tuple[AccuracyRun, ...] = ()


class Submitted(_Strict):
    """When a submission was handed in, and what says so."""

    time: AwareDatetime
    source: str


class LateWork(_Strict):
    """What the course's rule for late work made of a score, all of it in points."""

    due: AwareDatetime
    """For this student."""
    units: int
    """How many days or hours are charged, those that have begun included."""
    unit: Literal["day", "hour"]
    grace_days: int
    """How many of the student's grace days were needed."""
    cut_off: bool
    """Did it come after the cut-off?"""
    penalty: float
    """What is taken off: `raw_score - penalty` is the score."""
    lateness: str
    """When it was handed in and how late that is, in words for the student."""
    sum: str
    """What that makes of the points, spelt out; "" where it changes nothing."""

    @property
    def explanation(self) -> str:
        return f"{self.lateness} {self.sum}".rstrip()


class Standing(_Strict):
    """What a result comes down to, to tell whether another grading changed it."""

    status: Status
    score: float | None
    parts: dict[str, float]
    """The points of each part; none where there is no score."""


class Result(_Strict):
    """One submission's result, the contents of `result.json`."""

    student: str
    assignment: str
    status: Status
    score: float | None
    """What counts, with what lateness takes off."""
    raw_score: float | None = None
    """What the parts add up to; None where there is no score."""
    max_score: float
    parts: tuple[PartResult, ...] = ()
    accuracy: AccuracyResult | None = None
    submitted: Submitted | None = None
    late: LateWork | None = None
    """None where the course has no rule for late work, or where there is no score."""
    notes: tuple[str, ...] = ()
    sandbox: str = ""
    submission_digest: str = ""
    checks_digest: str = ""
    seconds: float = Field(default=0.0, ge=0)

    def part_points(self) -> dict[str, float]:
        return {part.name: part.points for part in self.parts}

    def standing(self) -> Standing:
        points = {} if self.score is None else self.part_points()
        return Standing(status=self.status, score=self.score, parts=points)


def write_result(result: Result, folder: Path) -> None:
    """Write `folder/result.json`, whole or not at all, and its figures beside it.

    A result without figures leaves those that lie there, where they are this result's.
    """
    drawn = {
        check.id: check.figures for part in result.parts for check in part.checks if check.figures
    }
    if drawn or not _has_figures(result, folder):
        write_figures(
            Figures(
                submission_digest=result.submission_digest,
                checks_digest=result.checks_digest,
                checks=drawn,
            ),
            folder,
        )
    text = result.model_dump_json(indent=1, exclude=_FIGURES)
    atomic.write_text(folder / FILE_NAME, text + "\n")


def with_figures(result: Result, folder: Path) -> Result:
    """`result` with the figures that lie in its folder, where they are this result's."""
    found = read_figures(folder)
    return _drawn(result, found.checks) if found is not None and _are_of(result, found) else result


def _has_figures(result: Result, folder: Path) -> bool:
    found = read_figures(folder)
    return found is not None and _are_of(result, found)


def _are_of(result: Result, figures: Figures) -> bool:
    mine = (result.submission_digest, result.checks_digest)
    return (figures.submission_digest, figures.checks_digest) == mine


def without_figures(result: Result) -> Result:
    """What a class of a thousand can hold in memory."""
    return _drawn(result, {})


def _drawn(result: Result, figures: Mapping[str, tuple[Figure, ...]]) -> Result:
    parts = tuple(
        part.model_copy(
            update={
                "checks": tuple(
                    check.model_copy(update={"figures": figures.get(check.id, ())})
                    for check in part.checks
                )
            }
        )
        for part in result.parts
    )
    return result.model_copy(update={"parts": parts})


def read_result(folder: Path) -> Result | None:
    """The result of the student whose folder this is; None where this version knows of none."""
    try:
        text = (folder / FILE_NAME).read_text(encoding="utf-8")
        result = Result.model_validate_json(text)
    except (OSError, UnicodeDecodeError, ValidationError):
        return None
    return result if folder_name(result.student) == folder.name else None


def read_results(out: Path) -> list[Result]:
    """All results under `out`, by student."""
    found = (read_result(path.parent) for path in sorted(out.glob(f"*/{FILE_NAME}")))
    return [result for result in found if result is not None]
