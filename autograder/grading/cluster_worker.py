"""Runs in a worker of a cluster: keeps slots there, which grade what the main process sends."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass, field, replace
from multiprocessing.connection import wait
from pathlib import Path
from typing import IO, TYPE_CHECKING

from . import forker as forkers
from .digests import PACKAGE, digest_of_folder, versions
from .environment import pytest_by_itself
from .forker import Forker
from .slot import GRACE_SECONDS, Lost, Slot, new_slot

if TYPE_CHECKING:
    from ..data import ImageData
    from .batch import Plan
    from .submission import Submission


@dataclass(frozen=True)
class Facts:
    """What a machine grades with: what must be the `same` everywhere, and what is wrong with it."""

    same: dict[str, str]
    problem: str | None = None

    def __str__(self) -> str:
        return self.problem or ", ".join(f"{name} {value}" for name, value in self.same.items())


@dataclass
class Kept:
    """The slots of this process for one plan; `idle` are those that have nothing to do."""

    plan: Plan
    images: IO[bytes]
    idle: list[Slot] = field(default_factory=list)
    _forker: Forker | None = None
    _starting: threading.Lock = field(default_factory=threading.Lock)

    def new_slot(self) -> Slot:
        """One more slot; raises Lost where there can be none."""
        with self._starting:
            if self._forker is None or self._forker.is_gone():
                self._forker = forkers.start(self.plan)
            forker = self._forker
        return new_slot(forker)

    def end(self) -> None:
        """End the slots, those that grade too."""
        for slot in self.idle:
            slot.kill()
        with self._starting:
            if self._forker is not None:
                self._forker.end()
        for slot in self.idle:
            slot.end()
        self.images.close()


_SHOWN = 24
_LOOK = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from autograder.grading.cluster_worker import look
look(sys.argv[2])
"""
_LOCK = threading.Lock()
_KEPT: dict[Plan, Kept] = {}


def grade(plan: Plan, submission: Submission) -> bytes:
    """The answer of a slot, as JSON; raises Lost where it gave none."""
    kept = _kept(plan)
    with _LOCK:
        slot = kept.idle.pop() if kept.idle else None
    slot = slot or kept.new_slot()
    slot.take(submission, plan.seconds)
    if not wait([slot.connection], plan.seconds + GRACE_SECONDS):
        raise slot.stuck()
    try:
        answer = slot.answer()
    except Lost:
        slot.end()
        raise
    with _LOCK:
        kept.idle.append(slot)
    return answer.model_dump_json().encode()


def end_slots(plan: Plan) -> None:
    """End the slots of a plan that nobody grades by any more."""
    with _LOCK:
        kept = _KEPT.pop(plan, None)
    if kept is not None:
        kept.end()


def facts(plan: Plan) -> Facts:
    """What this machine would grade with by this plan, found out by a process of its own.

    A process that goes on would remember checks that have been changed since.
    """
    with tempfile.NamedTemporaryFile(prefix="autograder-") as place:
        command = [sys.executable, "-P", "-c", _LOOK, json.dumps(sys.path), place.name]
        asked = subprocess.run(command, input=pickle.dumps(plan), capture_output=True, check=False)
        if asked.returncode != 0:
            said = asked.stderr.decode("utf-8", "replace").strip().splitlines()
            return Facts({}, said[-1] if said else f"exit status {asked.returncode}")
        return Facts(**json.load(place))


def look(place: str) -> None:
    """Write the facts of the plan that comes in to the file `place`."""
    plan: Plan = pickle.load(sys.stdin.buffer)
    try:
        found = _facts(replace(plan, images_file=None))
    except Exception as error:
        found = Facts({}, f"{type(error).__name__}: {error}")
    Path(place).write_text(json.dumps(asdict(found)), encoding="utf-8")


def _facts(plan: Plan) -> Facts:
    from ..sandbox.backends import BACKENDS

    grader = plan.grader()
    with pytest_by_itself():
        grader.require_sound_checks()
    same = {
        "versions": versions(),
        "kit": digest_of_folder(PACKAGE)[:_SHOWN],
        "checks": grader.checks_digest[:_SHOWN],
    }
    if grader.assignment.accuracy is not None:
        same["images"] = f"{plan.data_name} {_digest(plan.load_images())[:_SHOWN]}"
    problem = BACKENDS[plan.backend].problem(())
    return Facts(same, None if problem is None else f"{plan.backend}: {problem}")


def _digest(images: ImageData) -> str:
    digest = hashlib.sha256()
    for tensor in (
        images.train_images, images.train_labels, images.test_images, images.test_labels,
    ):  # fmt: skip
        digest.update(tensor.numpy().tobytes())
    return "sha256:" + digest.hexdigest()


def _kept(plan: Plan) -> Kept:
    with _LOCK:
        if plan not in _KEPT:
            # Open for as long as slots may be started.
            images = tempfile.TemporaryFile(prefix="autograder-")  # noqa: SIM115
            _KEPT[plan] = Kept(replace(plan, images_file=images.fileno()), images)
        return _KEPT[plan]
