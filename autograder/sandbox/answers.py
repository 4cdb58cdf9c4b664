"""What comes back from a worker: a value, or one of the ways in which there is none."""

from __future__ import annotations

from typing import Any

from ..selfcheck.frames import MAX_FRAMES, MAX_MESSAGE, MAX_TEXT

MAX_TRACE = 20_000
_NEVER_SENT = (
    "to another question",
    "unknown form",
    "can't be read",
    "is not JSON",
    "do not begin a frame",
)


class SandboxBroken(Exception):
    """The worker could not be started: our fault, never the student's."""


class StudentError(Exception):
    """The student's code raised; `frames` are (file, line, function, text) in their files."""

    def __init__(self, message: str, unwritten: str, frames: list[list[Any]], trace: str) -> None:
        super().__init__(message)
        self.unwritten, self.frames, self.trace = unwritten, frames, trace


class BadReply(Exception):
    """What came back from the worker is nothing that a probe returns."""

    @property
    def forged(self) -> bool:
        """Is it nothing that the worker itself sends, whatever the student's code returned?"""
        return any(words in str(self) for words in _NEVER_SENT)


class WorkerStopped(Exception):
    """The worker's process ended, or was ended at a limit, before it answered."""


class WorkerTimeout(Exception):
    """The worker did not answer in time."""


def value_of(reply: dict[str, Any]) -> Any:
    """The value in a worker's reply; raises StudentError, or BadReply where it is no reply."""
    if "value" in reply:
        return reply["value"]
    match reply.get("error"):
        case {"message": str(message), "text": str(text), "trace": str(trace), "frames": list(all)}:
            frames = [_frame(frame) for frame in all[:MAX_FRAMES]]
            raise StudentError(message[:MAX_MESSAGE], text[:MAX_MESSAGE], frames, trace[:MAX_TRACE])
    raise BadReply("the answer has an unknown form")


def _frame(frame: Any) -> list[Any]:
    match frame:
        case [str(file), int(line), str(function), str(text)] if type(line) is int:
            return [file[:MAX_TEXT], line, function[:MAX_TEXT], text[:MAX_TEXT]]
    raise BadReply("the answer has an unknown form")
