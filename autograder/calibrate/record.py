"""Keeps what was measured, where, with what, and what follows: the types of `calibration.json`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from .. import atomic
from ..course import Accuracy, Assignment
from .chance import Chance

FILE_NAME = "calibration.json"


class BadRecord(Exception):
    """There is a file, and it can't be read; the message says what to do."""


class Kind(StrEnum):
    """What a submission is to show: wheats are correct, weak ones train and are not."""

    REFERENCE = "reference"
    WHEAT = "wheat"
    WEAK = "weak"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MeasuredVariant(_Strict):
    """One submission: shares in [0, 1], a key each, None where training did not end."""

    name: str
    kind: Kind
    why: str = ""
    held_out: tuple[float | None, ...]
    marked: tuple[float | None, ...]
    passes: Chance
    """By the rule, repetitions included."""


class Findings(_Strict):
    """What the runs of the reference say about the rule of the course."""

    fails_once: Chance
    """That a single run does not reach the threshold."""
    fails: Chance
    """That a submission fails by the rule, repetitions included."""
    margin: float
    """How many standard deviations the mean lies above the threshold."""
    recommended: float | None
    """The highest threshold that `rate` allows, by the upper end of the interval."""
    recommended_by_estimate: float | None
    """The same by the estimate alone."""


class Setting(_Strict):
    """What was measured on one kind of data and one kind of device."""

    data: str
    device: str
    settings: dict[str, Any]
    """The numbers of the course that a run depends on."""
    rule: dict[str, Any]
    """The accuracy rule at the time; its threshold and repetition decide `findings` alone."""
    rate: float
    """The wanted chance that an honest submission fails."""
    measured: str
    """The day, as 2027-03-01."""
    environment: dict[str, str]
    variants: tuple[MeasuredVariant, ...]
    findings: Findings

    @property
    def reference(self) -> MeasuredVariant:
        return next(one for one in self.variants if one.kind is Kind.REFERENCE)

    def words(self) -> str:
        """ "mnist on cpu"."""
        return f"{self.data} on {self.device}"


class Calibration(_Strict):
    """All settings that were measured, ordered by data and device."""

    assignment: str
    settings: tuple[Setting, ...] = ()

    def of(self, data: str, device: str) -> Setting | None:
        """The setting, None where it was not measured."""
        for one in self.settings:
            if (one.data, one.device) == (data, device):
                return one
        return None

    def having(self, setting: Setting) -> Calibration:
        """The same with this setting in place of an older one."""
        others = [
            one for one in self.settings if (one.data, one.device) != (setting.data, setting.device)
        ]
        ordered = sorted([*others, setting], key=lambda one: (one.data, one.device))
        return self.model_copy(update={"settings": tuple(ordered)})


def read_calibration(assignment: Assignment) -> Calibration:
    """The assignment's calibration, one without settings where there is no file; BadRecord."""
    path = assignment.folder / FILE_NAME
    try:
        return Calibration.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Calibration(assignment=assignment.name)
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise BadRecord(
            f"{path}: expected what `autograder calibrate` writes, found something else "
            f"({type(error).__name__}); remove the file and calibrate again"
        ) from None


def write_calibration(calibration: Calibration, assignment: Assignment) -> Path:
    """Write it into the assignment's folder, whole or not at all."""
    path = assignment.folder / FILE_NAME
    atomic.write_text(path, calibration.model_dump_json(indent=1) + "\n")
    return path


def differences(setting: Setting, assignment: Assignment) -> list[str]:
    """What of the course has changed since the setting was measured: "batch_size 64 → 128"."""
    now: dict[str, Any] = assignment.settings.model_dump(mode="json")
    pairs = [
        (name, setting.settings.get(name), now.get(name)) for name in {**setting.settings, **now}
    ]
    if assignment.accuracy is not None:
        rule = rule_numbers(assignment.accuracy)
        pairs += [(name, setting.rule.get(name), rule[name]) for name in rule]
    return [f"{name} {old} → {new}" for name, old, new in pairs if old != new]


def rule_numbers(rule: Accuracy) -> dict[str, Any]:
    """The rule's numbers by name."""
    return {
        "threshold": rule.threshold,
        "marked_share": rule.marked_share,
        "marked_threshold": rule.marked_threshold,
        "repetitions": rule.repetitions,
    }


def shares_of(measured: Sequence[float | None]) -> list[float]:
    """Those of the runs that ended."""
    return [share for share in measured if share is not None]
