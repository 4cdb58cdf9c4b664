"""Puts what is graded into the shape of submissions: for each part the modules it can see.

A mutant is handed in once for every part that its module reaches, together with the reference of
the other modules that reach this part, and no more. So a part of which nothing has changed is one
and the same submission for all mutants, and is graded once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..course import Assignment, Part
from ..grading.digests import digest_of_files
from ..grading.submission import Submission
from ..selfcheck.attempt import Chosen

BLOWN_UP = 'raise ImportError("this module must not be needed here")\n'


@dataclass(frozen=True)
class Subject:
    """A whole set of modules that stands for a student's; `round` gives it random numbers of its
    own.

    Every random choice of a grading derives from the key and the submission's content. So a
    subject in another round is the same code under another key.
    """

    name: str
    modules: Mapping[str, str]
    round: int = 0


@dataclass(frozen=True)
class Task:
    """One subject to be graded in one part."""

    subject: Subject
    part: Part
    submission: Submission


def task_for(subject: Subject, part: Part, seen: Sequence[str], assignment: Assignment) -> Task:
    """The submission of a subject for one part, whose worker may see the modules `seen`."""
    files = {f"{name}.py": subject.modules[name].encode() for name in seen}
    chosen = {
        name: Chosen(name, f"{name}.py" if name in seen else None, name in seen)
        for name in assignment.modules
    }
    digest = digest_of_files(files, [f"round {subject.round}"] if subject.round else [])
    return Task(subject, part, Submission(subject.name, files, chosen, digest))


@dataclass(frozen=True)
class Reach:
    """Which modules each part depends on, by part, in the order of the course."""

    seen: Mapping[str, tuple[str, ...]]

    def parts_of(self, module: str) -> list[str]:
        """The parts whose points a module can change."""
        return [part for part, seen in self.seen.items() if module in seen]


def own_parts(assignment: Assignment, module: str) -> list[Part]:
    """The parts that are there for this module: of those that need it, the ones with the fewest."""
    needing = [part for part in assignment.parts if module in part.modules]
    fewest = min((len(part.modules) for part in needing), default=0)
    return [part for part in needing if len(part.modules) == fewest]


def is_whole(assignment: Assignment, part: Part) -> bool:
    """Does the part grade all modules together, so that any mistake may cost it its points?"""
    return len(assignment.modules) > 1 and set(part.modules) == set(assignment.modules)
