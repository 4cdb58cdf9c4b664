"""How a check ended in a self-check, and the points that this gives."""

from __future__ import annotations

from dataclasses import dataclass

from .checkinfo import CheckInfo
from .expect import CheckFailed
from .frames import Frame, message_of

PASSED, FAILED, ERROR, NOT_ATTEMPTED = "passed", "failed", "error", "not attempted"


class NotAttempted(Exception):
    """The part that a check belongs to still is its released stub."""


class NothingWritten(Exception):
    """Every file of the part that a check belongs to is empty; the message says which."""


@dataclass(frozen=True)
class Outcome:
    """The end of one check, as data; `expected` and `found` are set where it says so."""

    check: CheckInfo
    kind: str
    message: str = ""
    expected: str = ""
    found: str = ""
    frames: tuple[Frame, ...] = ()

    def points(self) -> float:
        return self.check.points if self.kind == PASSED else 0.0

    def lines(self) -> list[str]:
        """The outcome for a terminal, without its heading."""
        lines = [self.check.title]
        if self.expected:
            lines += [f"  expected  {self.expected}", f"  found     {self.found}"]
        elif self.message:
            lines.append(f"  {self.message}")
        for frame in self.frames:
            lines += [f"    {line}" for line in str(frame).splitlines()]
        if self.check.hint:
            lines.append(f"  hint      {self.check.hint}")
        if self.check.section:
            lines.append(f"  reread    “{self.check.section.replace('`', '')}” in the notebook")
        return lines


def is_unwritten(error: BaseException, modules: tuple[str, ...]) -> bool:
    """Was `error` raised by a released stub of one of `modules`?"""
    return isinstance(error, NotImplementedError) and any(
        str(error).startswith(f"{module}:") for module in modules
    )


def outcome_of(
    check: CheckInfo,
    error: BaseException | None,
    modules: tuple[str, ...],
    frames: tuple[Frame, ...],
) -> Outcome:
    """What the end of a check means; `error` is what it raised, None where it passed."""
    if error is None:
        return Outcome(check, PASSED)
    if isinstance(error, NotAttempted) or is_unwritten(error, modules):
        return Outcome(check, NOT_ATTEMPTED, str(error))
    if isinstance(error, NothingWritten):
        return Outcome(check, FAILED, str(error))
    if isinstance(error, CheckFailed):
        expected = f"{error.what}: {error.expected}" if error.what else error.expected
        return Outcome(check, FAILED, str(error), expected, error.found)
    if isinstance(error, AssertionError) and not frames:
        return Outcome(check, FAILED, str(error) or "the check's condition does not hold")
    return Outcome(check, ERROR, message_of(error), frames=frames)
