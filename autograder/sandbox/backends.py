"""Chooses what contains a worker: a row a backend, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import bare, bubblewrap, uid
from .room import Limits, Room

AUTO = "auto"
NOT_CONTAINED = "Graded with --sandbox none: nothing contained this submission."


class NoSandbox(Exception):
    """No sandbox that contains anything works here; the message says what to do."""


@dataclass(frozen=True)
class Backend:
    """`room` gives a place for one worker, `problem` says why there can be none."""

    name: str
    contains: bool
    room: Callable[[Limits, bool], Room]
    problem: Callable[[Sequence[Path]], str | None]
    clear_unused: Callable[[], None] = lambda: None


BACKENDS = {
    one.name: one
    for one in (
        Backend(bubblewrap.NAME, True, bubblewrap.room, bubblewrap.problem),
        Backend(uid.NAME, True, uid.room, uid.problem, uid.clear_unused),
        Backend(bare.NAME, False, bare.room, lambda private: bare.problem()),
    )
}


def choose(wanted: str, private: Sequence[Path] = ()) -> str:
    """The backend for `--sandbox wanted`; NoSandbox where it can't be had.

    `private` are the files and folders that a worker must not be able to read.
    """
    containing = [one for one in BACKENDS.values() if one.contains]
    tried = containing if wanted == AUTO else [BACKENDS[wanted]]
    problems = []
    for backend in tried:
        problem = backend.problem(private)
        if problem is None:
            return backend.name
        problems.append(f"{backend.name}: {problem}" if wanted == AUTO else problem)
    raise NoSandbox(
        f"--sandbox {wanted}: expected a sandbox that works, found that {'. '.join(problems)}. "
        "`--sandbox none` grades without any protection: only for code that you trust"
    )
