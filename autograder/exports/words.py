"""Says in plain text what became of a check, for formats that show text and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from ..grading.results import CheckResult, Outcome, PartResult, Result
from ..printable import cut, printable
from ..reports.telling import message_of
from ..reports.words import NOT_ATTEMPTED, ending_of, exact_points, points_text

MOST = 5_000
"""Characters of one text."""


def plain(text: str) -> str:
    """A text of a stranger, short and with nothing in it that acts."""
    return printable(cut(text, MOST), keep="\n\t")


def check_text(check: CheckResult) -> str:
    """How the check ended and what may be told of it: of a hidden one nothing but the hint."""
    if check.outcome is Outcome.PASSED:
        return "Passed."
    lines = [f"{ending_of(check).words}."]
    if check.visible:
        lines += [message] if (message := _message(check)) else []
        if check.expected or check.found:
            lines += [f"Expected: {check.expected}", f"Found: {check.found}"]
        lines += [f"{frame.file}:{frame.line}: {frame.text}" for frame in check.frames]
    lines += [f"Hint: {check.hint}"] if check.hint else []
    return plain("\n".join(lines))


def _message(check: CheckResult) -> str:
    """The check's message, as far as the words before it don't say the same."""
    return message_of(check).removeprefix(NOT_ATTEMPTED).removeprefix(": ")


def part_text(part: PartResult) -> str:
    """A part for a comment: its points, then each check that did not pass."""
    lines = [f"{part.title}: {exact_points(part.points)} of {points_text(part.max_points)} points"]
    if not part.attempted:
        return plain(f"{lines[0]}\nNot attempted.")
    for check in part.checks:
        if check.outcome is not Outcome.PASSED:
            hidden = "" if check.visible else "hidden check: "
            told = check_text(check).replace("\n", "\n  ")
            lines.append(f"- {hidden}{plain(check.title)}\n  {told}")
    return "\n".join(lines)


def has_hidden(result: Result) -> bool:
    """Is there a check that students are not to see the answer of?"""
    return any(not check.visible for part in result.parts for check in part.checks)


def some_of(whom: Sequence[str], shown: int, between: str) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(whom) - shown} more" if len(whom) > shown else ""
    return f"{between.join(whom[:shown])}{more}"
