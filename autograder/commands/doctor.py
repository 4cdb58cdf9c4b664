"""`autograder doctor`: what this machine can do, and what to do where it can't."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path

from .. import __version__
from .. import course as courses
from ..calibrate.standing import describe
from ..course import CourseError, Limits
from ..course.schema import NO_DATA
from ..grading import cluster_worker
from ..grading.work import worker_limits
from ..sandbox import gpu
from ..sandbox.answers import SandboxBroken, WorkerStopped, WorkerTimeout
from ..sandbox.backends import AUTO, BACKENDS, NoSandbox, choose
from ..sandbox.launch import Job, Worker
from ..sandbox.warm import Warm
from .grade import make_plan
from .options import GradeOptions
from .outcome import OK, USAGE, exit_code, say

_SECONDS = 60.0


@exit_code
def doctor(course_file: Path, data_root: Path | None, scheduler: str | None = None) -> int:
    """Say it line by line; USAGE where grading is not possible.

    Where a `scheduler` is named, it is about the workers of its cluster.
    """
    if scheduler is None:
        findings = list(_findings(course_file, data_root))
    else:
        findings = list(_of_cluster(course_file, data_root, scheduler))
    width = max(len(name) for name, _, _ in findings)
    for name, good, text in findings:
        say(f"{'ok' if good else '--':<3} {name:<{width}}  {text}")
    needed = (good for name, good, _ in findings if name not in BACKENDS)
    return OK if all(needed) else USAGE


def _of_cluster(
    course_file: Path, data_root: Path | None, scheduler: str
) -> Iterator[tuple[str, bool, str]]:
    """Each worker of the cluster, for each assignment: can it grade for this machine?"""
    from ..grading import cluster

    course = courses.load(course_file)
    client = None
    try:
        client = cluster.connected(scheduler)
        for assignment in course.assignments.values():
            plan = make_plan(course, assignment, GradeOptions(Path(), data_root=data_root))
            here = cluster_worker.facts(plan)
            yield assignment.name, here.problem is None, f"here: {here}"
            for worker, there in sorted(cluster.facts_of(client, plan).items()):
                problem = cluster.problem_of(here, there)
                yield worker, problem is None, problem or "grades as this machine does"
    except cluster.NoCluster as error:
        yield "cluster", False, str(error)
    finally:
        if client is not None:
            client.close()


def _findings(course_file: Path, data_root: Path | None) -> Iterator[tuple[str, bool, str]]:
    """What was looked at, whether grading can work with it, and the facts."""
    import torch
    import torchvision

    cores = len(os.sched_getaffinity(0))
    yield "kit", True, f"autograder {__version__}, Python {platform.python_version()}"
    yield "torch", True, f"{torch.__version__} with torchvision {torchvision.__version__}"
    has_gpu = torch.cuda.is_available()
    yield "gpu", True, torch.cuda.get_device_name(0) if has_gpu else "none: CPU only"
    yield "cores", True, f"{cores} (submissions graded side by side unless --jobs says otherwise)"
    for backend in BACKENDS.values():
        if backend.contains:
            problem = backend.problem(())
            yield backend.name, problem is None, problem or "works"
    try:
        chosen = choose(AUTO)
        yield "sandbox", True, f"{chosen} (unless --sandbox says otherwise)"
        yield "warm", True, _warm(chosen)
        if has_gpu:
            problem = gpu.problem(chosen)
            yield "cuda", problem is None, problem or f"works inside {chosen}"
    except NoSandbox as error:
        yield "sandbox", False, str(error)
    try:
        course = courses.load(course_file)
    except CourseError as error:
        yield "course", False, str(error)
        return
    yield "course", True, f"{course.title}: {', '.join(course.assignments)}"
    for name in sorted({assignment.data for assignment in course.assignments.values()}):
        if name != NO_DATA:
            yield ("data", *_data(name, data_root))
    for assignment in course.assignments.values():
        if assignment.accuracy is not None:
            yield "calibrated", True, f"{assignment.name}: {describe(assignment)}"


def _warm(backend: str) -> str:
    """Can workers be forked from a process that has imported all they need?"""
    limits = worker_limits(Limits())
    job = Job(files={}, modules={}, needed=(), probes="", limits=limits, backend=backend)
    with Warm(()) as warm, Worker(job, warm) as worker:
        try:
            worker.load(_SECONDS)
        except (SandboxBroken, WorkerStopped, WorkerTimeout) as error:
            return f"no worker could be started ({type(error).__name__}) {error}"
        return warm.problem or "works: a worker starts in a fraction of a second"


def _data(name: str, root: Path | None) -> tuple[bool, str]:
    from .. import data

    try:
        images = data.load(name, root, allow_synthetic=False)
    except data.DataUnavailable as error:
        return False, str(error)
    return True, f"{images.name}: {len(images.train_images)} + {len(images.test_images)} images"
