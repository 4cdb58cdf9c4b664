"""A worker's process as its grader knows it, however it came to be."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol


class Started(Protocol):
    """`pid` is the process whose end is the worker's end, `top` the one that was started for it.

    They are the same, or `top` is the sandbox's own, which ends with all that is in it. `idle` are
    processes below `top` that aren't the worker's.
    """

    @property
    def pid(self) -> int: ...

    @property
    def top(self) -> int: ...

    @property
    def idle(self) -> Collection[int]: ...

    def code(self, seconds: float) -> int | None:
        """Its exit status or the negative number of the signal; None where it still runs then."""

    def let_go(self) -> None:
        """Let its number go, once it has been killed."""

    def reap(self) -> None:
        """Wait for what was started for it; afterwards nothing of it is left."""


@dataclass(frozen=True)
class Cold:
    """A process that was started for the worker, from nothing."""

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """The process that was started."""
        return self.process.pid

    @property
    def top(self) -> int:
        """The same one."""
        return self.process.pid

    @property
    def idle(self) -> Collection[int]:
        """None of them."""
        return ()

    def code(self, seconds: float) -> int | None:
        """How it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(seconds)
        return None

    def let_go(self) -> None:
        """Nobody stands in between."""

    def reap(self) -> None:
        """Wait for it."""
        self.process.wait()
