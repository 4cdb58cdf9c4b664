"""Finds out beforehand whether a worker can compute on the GPU from inside its sandbox.

The grader sees a GPU that a sandbox may hide, and then honest training would fail for it.
"""

from __future__ import annotations

from .answers import BadReply, SandboxBroken, StudentError, WorkerStopped, WorkerTimeout
from .launch import Job, Worker
from .room import Limits

SECONDS = 120.0
_LIMITS = Limits(
    memory_bytes=8 << 30,
    processes=64,
    cpu_seconds=120,
    file_bytes=64 << 20,
    scratch_bytes=64 << 20,
    output_bytes=64 << 10,
)
_PROBE = """
import torch


def gpu(student):
    return float(torch.ones(2, device="cuda").sum())
"""


def problem(backend: str) -> str | None:
    """Why a worker of this backend can't compute on the GPU; None where it can."""
    job = Job({}, {}, (), _PROBE, _LIMITS, backend, gpu=True, imports=("torch",))
    with Worker(job) as worker:
        try:
            worker.load(SECONDS)
            found = worker.call("gpu", {}, 0, SECONDS)
        except WorkerTimeout:
            return f"it did not answer within {SECONDS:g} seconds"
        except (StudentError, SandboxBroken, WorkerStopped, BadReply) as error:
            return str(error).splitlines()[0]
    return None if found == 2.0 else f"it computes wrongly: 1 + 1 gave {found}"
