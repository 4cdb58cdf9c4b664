"""What a worker does to itself before any of the student's code runs; none of it can be undone."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import landlock, syscalls

OPEN_FILES = 512
_OWN_FAULT = "1000"


@dataclass(frozen=True)
class Confinement:
    """Limits of each process, and which of the kernel's locks are put on.

    `cpu_seconds` and `file_bytes` are of one process and one file, `processes` of the worker's
    user, threads included (None: not limited). `user` is the number of the user to become (None:
    stay). The filter takes system calls away; `readable` and `writable` are what is left of the
    disk where `locked`.
    """

    cpu_seconds: int
    file_bytes: int
    processes: int | None = None
    filtered: bool = False
    network: bool = False
    gpu: bool = False
    user: int | None = None
    locked: bool = False
    readable: Sequence[str] = ()
    writable: Sequence[str] = ()

    def as_data(self) -> dict[str, Any]:
        """The fields as plain data, for the wire."""
        return asdict(self)


def confine(wanted: Confinement) -> None:
    """Bind this process and all that it starts; OSError where the kernel refuses."""
    with contextlib.suppress(OSError):
        # Where memory runs out, the worker goes and not the grader.
        Path("/proc/self/oom_score_adj").write_text(_OWN_FAULT)
    if wanted.user is not None:
        become(wanted.user)
    for kind, limit in _limits(wanted):
        _lower(kind, limit, limit)
    # A little above, for a worker that whoever watches it doesn't see: it is told why it ended.
    _lower(resource.RLIMIT_CPU, wanted.cpu_seconds + 5, wanted.cpu_seconds + 10)
    if not (wanted.filtered or wanted.locked):
        return
    os.umask(0o077)
    syscalls.end_with_parent()
    syscalls.forbid_new_privileges()
    if wanted.locked:
        landlock.restrict(wanted.readable, wanted.writable)
    if wanted.filtered:
        syscalls.apply(syscalls.Filter(network=wanted.network, memory_files=wanted.gpu))


def become(user: int) -> None:
    """Be this user, with no other groups, for good; OSError where one has no right to."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    syscalls.stay_visible()


def _limits(wanted: Confinement) -> list[tuple[int, int]]:
    limits = [
        # Not 0, which the kernel takes for "any size" where a program is given the memory.
        (resource.RLIMIT_CORE, 1),
        (resource.RLIMIT_FSIZE, wanted.file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_MSGQUEUE, 0),
    ]
    if wanted.processes is not None:
        limits.append((resource.RLIMIT_NPROC, wanted.processes))
    return limits


def _lower(kind: int, soft: int, hard: int) -> None:
    highest = resource.getrlimit(kind)[1]
    if highest != resource.RLIM_INFINITY:
        soft, hard = min(soft, highest), min(hard, highest)
    resource.setrlimit(kind, (soft, hard))
