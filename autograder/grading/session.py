"""Grades submissions of one assignment: what is the same for all of them, worked out once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..authoring.leaks import secrets_in
from ..course import Assignment
from ..sandbox import warm
from ..sandbox.backends import BACKENDS, NOT_CONTAINED
from ..sandbox.warm import Warm
from ..selfcheck.manifest import Manifest, read_manifest
from . import submission as handed
from .checks import Check, list_checks, probes_for
from .digests import digest_of_checks
from .imports import imports_of
from .kept_back import KeptBack, machine_places
from .plugin import Session, within_session
from .results import Outcome, Result, Status
from .work import Work

if TYPE_CHECKING:
    from ..data import ImageData
    from .part_run import PartRun


T = TypeVar("T")
NO_MATTER_OF_SCORES: Any = {"due": True, "late": True, "feedback": {"level", "reveal_from"}}
"""What of an assignment may change without grading again; lateness is settled afterwards."""


class NoRelease(Exception):
    """The assignment has no release to compare submissions with; the message says what to do."""


@dataclass
class Grader:
    """Grades submissions of one assignment, one after the other.

    `backend` is the sandbox, `device` "cpu" or "cuda", `load_images` gives the data when a check
    asks for it. Workers are forked from a warm process unless `cold`, which whoever uses a grader
    ends with `close`.
    """

    assignment: Assignment
    release: Path
    key: bytes
    backend: str
    device: str
    data_name: str
    load_images: Callable[[], ImageData]
    cold: bool = False
    _session: Session | None = field(default=None, repr=False)

    @cached_property
    def checks(self) -> dict[str, list[Check]]:
        return list_checks(self.assignment)

    @cached_property
    def manifest(self) -> Manifest:
        return released_manifest(self.release)

    @cached_property
    def checks_digest(self) -> str:
        stubs = [f"{name} {digest}" for name, digest in sorted(self.manifest.stubs.items())]
        course = self.assignment.model_dump_json(exclude=NO_MATTER_OF_SCORES)
        environment = f"{self.device} {self.data_name} {course}"
        return digest_of_checks(self.assignment.folder, stubs, environment)

    @cached_property
    def kept_back(self) -> KeptBack:
        """What a result must not say."""
        folder = self.assignment.folder
        return KeptBack(secrets_in(folder), machine_places(folder.parent.parent))

    @cached_property
    def probes(self) -> dict[str, str]:
        """The source of each part's probes."""
        folder = self.assignment.folder
        return {part.name: probes_for(folder, part.name) for part in self.assignment.parts}

    @cached_property
    def images(self) -> ImageData:
        """The images, loaded once."""
        return self.load_images()

    @cached_property
    def imports(self) -> dict[str, tuple[str, ...]]:
        """What each part's workers import anyway."""
        return {
            part.name: imports_of(self.assignment, part, self.probes[part.name])
            for part in self.assignment.parts
        }

    @cached_property
    def warm(self) -> Warm | None:
        if self.cold or not warm.is_possible():
            return None
        return Warm(sorted({name for names in self.imports.values() for name in names}))

    def begin(self) -> None:
        """Have the warm process import what workers need, beside whatever is done meanwhile."""
        if self.warm is not None:
            self.warm.begin()

    def wait_until_warm(self) -> None:
        """Wait for the warm process, which two can ask for workers from then on."""
        if self.warm is not None:
            self.warm.wait()

    def close(self) -> None:
        """End the warm process."""
        if self.warm is not None:
            self.warm.end()

    def require_sound_checks(self) -> None:
        """Raises BrokenChecks or NoRelease where nothing could be graded."""
        _ = self.checks, self.manifest

    def grade(self, handed_in: handed.HandedIn, spare_core: bool = False) -> tuple[Result, str]:
        """The result, and a log for the instructor ("" where there is nothing to tell).

        Where there is a `spare_core`, the part that takes longest is graded beside the others.
        """
        try:
            submission = self.read(handed_in)
        except handed.Rejected as rejected:
            return self.rejected(handed_in.student, rejected), ""
        return self.grade_contents(submission, spare_core)

    def read(self, handed_in: handed.HandedIn) -> handed.Submission:
        """The contents of a submission; Rejected where it breaks a rule or a limit."""
        return handed.read(handed_in, self.assignment, dict(self.manifest.stubs), self.release)

    def grade_contents(
        self, submission: handed.Submission, spare_core: bool = False
    ) -> tuple[Result, str]:
        """What `grade` gives, of a submission that has been read."""
        return self.in_session(lambda: self._graded(submission, spare_core))

    def in_session(self, work: Callable[[], T]) -> T:
        """What `work` gives; all that is graded in it shares one session of pytest."""
        return self._with_session(lambda _: work())

    def check(self, run: PartRun) -> None:
        """Run the checks of a part."""
        self._with_session(lambda session: session.check(run))

    def _with_session(self, work: Callable[[Session], T]) -> T:
        before = self._session
        if before is not None and not before.is_spent:
            return work(before)

        def with_new(session: Session) -> T:
            self._session = session
            try:
                return work(session)
            finally:
                self._session = before

        self.require_sound_checks()
        return within_session(self.assignment.folder, with_new)

    def _graded(self, submission: handed.Submission, spare_core: bool) -> tuple[Result, str]:
        started = time.monotonic()
        work = Work(self, submission)
        parts = work.grade_parts(spare_core)
        ungradable = any(
            check.outcome is Outcome.UNGRADABLE for part in parts for check in part.checks
        )
        result = Result(
            student=submission.student,
            assignment=self.assignment.name,
            status=Status.INTERNAL if ungradable else Status.GRADED,
            score=None if ungradable else sum(part.points for part in parts),
            max_score=self.assignment.points,
            parts=parts,
            accuracy=work.accuracy(),
            notes=(*self._warnings(), *submission.notes()),
            sandbox=self.backend,
            submission_digest=submission.digest,
            checks_digest=self.checks_digest,
            seconds=round(time.monotonic() - started, 2),
        )
        return result, "\n".join(work.log)

    def _warnings(self) -> tuple[str, ...]:
        return () if BACKENDS[self.backend].contains else (NOT_CONTAINED,)

    def rejected(self, student: str, why: handed.Rejected) -> Result:
        """The result of a submission that could not be read."""
        return Result(
            student=student,
            assignment=self.assignment.name,
            status=Status.REJECTED,
            score=None,
            max_score=self.assignment.points,
            notes=(f"Rejected: {why}",),
            sandbox=self.backend,
            checks_digest=self.checks_digest,
        )


def released_manifest(release: Path) -> Manifest:
    """The manifest of the release that students got; NoRelease where there is none."""
    folder = release / "selfcheck"
    try:
        return read_manifest(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoRelease(
            f"{folder / 'manifest.json'}: expected the manifest of the release that students "
            f"got, found none that can be read ({type(error).__name__}); "
            "run `autograder release` and commit what it writes"
        ) from None
