"""One part of one submission while it is checked: what checks work with, and how each one ended."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel

from ..printable import cut
from ..sandbox.answers import (
    BadReply,
    SandboxBroken,
    StudentError,
    WorkerStopped,
    WorkerTimeout,
)
from ..sandbox.launch import Worker
from ..selfcheck.checkinfo import info_of
from ..selfcheck.expect import CheckFailed
from ..selfcheck.plain import as_data
from .checks import Check
from .digests import seed_for
from .drawing import Show
from .figures import Figure
from .limit_words import limit_behind
from .results import AccuracyRun, CheckResult, Frame, Outcome

if TYPE_CHECKING:
    import torch

    from ..course import Accuracy, Limits
    from ..data import ImageData

NOT_ATTEMPTED = "not attempted"
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Ending:
    """How a check ended, before it is put beside what the check is worth."""

    outcome: Outcome
    message: str = ""
    expected: str = ""
    found: str = ""
    frames: tuple[Frame, ...] = ()
    figures: tuple[Figure, ...] = ()
    tampered: bool = False


@dataclass
class PartRun:
    """The checks of a part, the worker that holds the submission, and how each check ended."""

    checks: dict[str, Check]
    worker: Worker
    modules: tuple[str, ...]
    settings_values: BaseModel
    accuracy: Accuracy | None
    key: bytes
    submission_digest: str
    limits: Limits
    load_seconds: float
    device_name: str
    load_images: Callable[[], ImageData]
    reveal: int = 0
    endings: dict[str, Ending] = field(default_factory=dict)
    records: dict[str, float] = field(default_factory=dict)
    by_rule: set[str] = field(default_factory=set)
    """The checks that asked for the accuracy rule."""
    log: list[str] = field(default_factory=list)
    _answered: set[str] = field(default_factory=set)
    _shown: dict[str, Show] = field(default_factory=dict)
    _deadline: float | None = None
    _loading_failed: Exception | None = None
    _loaded: bool = False

    def ask(self, check: str, probe: str, arguments: dict[str, Any]) -> Any:
        """What the probe returns in the worker, as plain data."""
        seed = self._seed(check, f"probe {probe}")
        self._load()
        seconds = self._seconds_left(self.limits.call_seconds)
        data = self.worker.call(probe, as_data(arguments, copies=False), seed, seconds)
        self._answered.add(check)
        return data

    def show(self, item: pytest.Item) -> Show:
        """What a check draws on."""
        check, note = info_of(item).id, f"{item.name}: "
        shown = Show(self.checks[check].visible, lambda why: self.log.append(note + why))
        self._shown[check] = shown
        return shown

    def revealed(self, total: int) -> list[int]:
        """Of so many held-out images, which may be shown with their labels: for all the same."""
        import torch

        rng = torch.Generator().manual_seed(seed_for(self.key, "", "revealed"))
        return sorted(torch.randperm(total, generator=rng)[: self.reveal].tolist())

    def rng(self, check: str) -> torch.Generator:
        """Random numbers for a check's challenge data, secret and the same in every grading."""
        import torch

        return torch.Generator().manual_seed(self._seed(check, "challenge"))

    def accuracy_rule(self, check: str) -> tuple[float, float, float] | None:
        """Threshold, marked share and marked threshold, for a check that hangs on them."""
        rule = self.accuracy
        self.by_rule.add(check)
        return None if rule is None else (rule.threshold, rule.marked_share, rule.marked_threshold)

    def note_end(self, item: pytest.Item, error: BaseException | None, in_call: bool) -> None:
        """Keep how a check ended: with this error, if any, in the check itself or around it."""
        check = info_of(item).id
        ending = self._ending(item, error, in_call)
        if check in self._shown:
            figures = self._shown[check].kept(ending.outcome is Outcome.PASSED)
            ending = replace(ending, figures=figures)
        self.endings[check] = ending

    def accuracy_run(self) -> AccuracyRun:
        """What was counted after the training run."""
        return AccuracyRun(held_out=self.records.get("held_out"), marked=self.records.get("marked"))

    def came_close(self) -> bool:
        """Did what hangs on the accuracy rule fail, so closely that it is to be done again?"""
        ended = {self.endings[name].outcome for name in self.by_rule if name in self.endings}
        if self.accuracy is None or ended != {Outcome.FAILED}:
            return False
        run = self.accuracy_run()
        return self.accuracy.is_close(run.held_out, run.marked)

    def import_timed_out(self) -> bool:
        """Did importing the student's modules take too long?"""
        return isinstance(self._loading_failed, WorkerTimeout)

    def _seed(self, check: str, purpose: str) -> int:
        return seed_for(self.key, self.submission_digest, f"{check} {purpose}")

    def _seconds_left(self, most: float) -> float:
        if self._deadline is None:
            self._deadline = time.monotonic() + self.limits.wall_seconds
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise WorkerTimeout
        return min(left, most)

    def _load(self) -> None:
        """Import the student's modules once; what goes wrong there is every check's trouble."""
        if self._loading_failed is not None:
            raise self._loading_failed
        if self._loaded:
            return
        # None of the student's time: a slot's first worker has to wait for torch.
        self.worker.start()
        try:
            self.worker.load(self._seconds_left(self.load_seconds))
        except (StudentError, WorkerStopped, WorkerTimeout, BadReply) as error:
            self._loading_failed = error
            raise
        self._loaded = True

    def _ending(self, item: pytest.Item, error: BaseException | None, in_call: bool) -> Ending:
        if error is None:
            return Ending(Outcome.PASSED)
        if isinstance(error, StudentError):
            return self._student_error(error)
        if isinstance(error, WorkerTimeout):
            return Ending(Outcome.TIMEOUT, self._timeout_message(error))
        if isinstance(error, WorkerStopped):
            return Ending(Outcome.ERROR, f"Your code {error}.")
        if isinstance(error, BadReply):
            message = f"What your code returned can't be read: {error}."
            return Ending(Outcome.FAILED, message, tampered=error.forged)
        if isinstance(error, CheckFailed) and in_call:
            expected = f"{error.what}: {error.expected}" if error.what else error.expected
            message, found = (cut(text, LONGEST_TEXT) for text in (str(error), error.found))
            return Ending(Outcome.FAILED, message, cut(expected, LONGEST_TEXT), found)
        ours = isinstance(error, (SandboxBroken, OSError, MemoryError))
        self.log.append(f"{item.name}\n{''.join(traceback.format_exception(error))}")
        answered = info_of(item).id in self._answered
        if in_call and answered and isinstance(error, Exception) and not ours:
            return Ending(
                Outcome.FAILED, "What your code returned is not what this check can work with."
            )
        return Ending(Outcome.UNGRADABLE, "The grader could not run this check.")

    def _timeout_message(self, error: WorkerTimeout) -> str:
        if error is self._loading_failed:
            return (
                f"Importing {' and '.join(self.modules)} took longer than "
                f"{_seconds(self.load_seconds)}. Usual causes: a loop that never ends or training "
                "at the top of a module, outside any function."
            )
        return (
            f"Your code took longer than {_seconds(self._most_seconds())}. "
            "Usual causes: a loop that never ends, or much work for each sample."
        )

    def _most_seconds(self) -> int:
        return min(self.limits.call_seconds, self.limits.wall_seconds)

    def _student_error(self, error: StudentError) -> Ending:
        if any(error.unwritten.startswith(f"{module}:") for module in self.modules):
            return Ending(Outcome.FAILED, NOT_ATTEMPTED)
        frames = tuple(
            Frame(file=file, line=line, function=function, text=text)
            for file, line, function, text in error.frames
        )
        message = ". ".join(filter(None, (str(error), limit_behind(str(error), self.limits))))
        return Ending(Outcome.ERROR, message, frames=frames)


def result_of(check: Check, ending: Ending) -> CheckResult:
    """The check's entry in the result."""
    return CheckResult(
        id=check.info.id,
        title=check.info.title,
        outcome=ending.outcome,
        points=check.info.points if ending.outcome is Outcome.PASSED else 0.0,
        max_points=check.info.points,
        message=ending.message,
        hint="" if ending.outcome is Outcome.PASSED else check.info.hint,
        reread="" if ending.outcome is Outcome.PASSED else check.reread,
        visible=check.visible,
        expected=ending.expected,
        found=ending.found,
        frames=ending.frames,
        tampered=ending.tampered,
        figures=ending.figures,
    )


def _seconds(number: float) -> str:
    return "1 second" if number == 1 else f"{number:g} seconds"
