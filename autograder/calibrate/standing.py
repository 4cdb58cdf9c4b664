"""Says whether the threshold was calibrated in the setting that somebody grades in."""

from __future__ import annotations

from ..course import Assignment
from .record import BadRecord, differences, read_calibration


def warning(assignment: Assignment, data: str, device: str) -> str | None:
    """A line for people where this setting was not calibrated; None where it was or need not be."""
    if assignment.accuracy is None:
        return None
    how = f"run `autograder calibrate {assignment.name}`"
    if data == "synthetic":
        how = f"run `autograder calibrate {assignment.name} --synthetic`"
    try:
        calibration = read_calibration(assignment)
    except BadRecord as error:
        return f"Not calibrated: {error}."
    setting = calibration.of(data, device)
    if setting is None:
        known = ", ".join(one.words() for one in calibration.settings)
        measured = f"only {known} was" if known else "nothing was"
        return (
            f"Not calibrated: how often an honest solution misses the threshold was never measured "
            f"on {data} images on {device}, {measured}; {how}."
        )
    changed = differences(setting, assignment)
    if changed:
        return (
            f"Not calibrated: since {data} on {device} was measured, course.yaml has changed "
            f"({', '.join(changed)}); {how}."
        )
    return None


def describe(assignment: Assignment) -> str:
    """A line about all settings that were measured, for `doctor`."""
    try:
        calibration = read_calibration(assignment)
    except BadRecord as error:
        return str(error)
    if not calibration.settings:
        return f"never; run `autograder calibrate {assignment.name}`"
    lines = []
    for setting in calibration.settings:
        changed = differences(setting, assignment)
        text = f"{setting.words()}: {len(setting.reference.held_out)} keys, {setting.measured}"
        text += f", fails at most {setting.findings.fails.high:.1g} of honest submissions"
        lines.append(f"{text}, since then {', '.join(changed)}" if changed else text)
    return "; ".join(lines)
