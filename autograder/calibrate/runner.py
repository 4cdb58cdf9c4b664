"""Does the runs that are not kept yet, side by side, and keeps each as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..grading.digests import digest_of_files
from ..grading.results import Outcome, Result
from ..grading.slot import Answer, Lost
from ..grading.submission import HandedIn
from .kept import Kept, Measured
from .measuring import Run, key_of, outcome_of
from .record import Kind
from .variants import Variant

Grade = Callable[[Iterable[HandedIn], int], Iterator[tuple[HandedIn, Answer | Lost]]]
"""`Slots.grade`: each submission with its answer, so many side by side."""


@dataclass(frozen=True)
class ToDo:
    """One variant under the key with this number."""

    variant: Variant
    number: int

    @property
    def digest(self) -> str:
        return digest_of_files(self.variant.files)


@dataclass(frozen=True)
class Done:
    """A run that has ended. Without `measured`, `problem` says why the grader failed on it."""

    to_do: ToDo
    measured: Measured | None
    kept: bool = False
    problem: str = ""


def to_do(variants: Iterable[Variant], keys: Mapping[Kind, int]) -> list[ToDo]:
    """All runs, `keys` of them for each variant of a kind; those of the reference come first."""
    order = list(Kind)
    ordered = sorted(variants, key=lambda variant: order.index(variant.kind))
    return [ToDo(variant, number) for variant in ordered for number in range(keys[variant.kind])]


def measure(
    wanted: list[ToDo], kept: Kept, grade: Grade, jobs: int, folder: Path, fresh: bool = False
) -> Iterator[Done]:
    """Each run once its numbers are known: first those that are kept, then as they are done.

    `folder` is an empty one for the submissions. What the grader failed on is not kept, so the next
    calibration tries it again. Where `fresh` all runs are done anew. Raises Stopped, and OSError
    where the disk is full.
    """
    waiting: dict[str, ToDo] = {}
    for index, one in enumerate(wanted):
        measured = None if fresh else kept.read(one.digest, one.number)
        if measured is not None:
            yield Done(one, measured, kept=True)
        else:
            waiting[f"run {index}"] = one
    places: dict[str, Path] = {}
    for one in waiting.values():
        if one.variant.name not in places:
            places[one.variant.name] = _written(one.variant, folder / str(len(places)))
    runs = [
        Run(name, places[one.variant.name], key=key_of(kept.assignment, one.number))
        for name, one in waiting.items()
    ]
    for handed_in, answer in grade(runs, jobs):
        one = waiting[handed_in.student]
        if isinstance(answer, Lost) or answer.result is None:
            said = str(answer) if isinstance(answer, Lost) else answer.log
            yield Done(one, None, problem=said)
            continue
        measured = measured_in(answer.result)
        if measured.outcome is Outcome.UNGRADABLE:
            yield Done(one, None, problem=answer.log or measured.said)
            continue
        kept.write(one.digest, one.number, measured)
        yield Done(one, measured)


def measured_in(result: Result) -> Measured:
    """The numbers of a run's result."""
    accuracy = result.accuracy
    checks = [check for part in result.parts for check in part.checks]
    said = " ".join(check.message for check in checks if check.message)
    return Measured(
        held_out=None if accuracy is None else accuracy.held_out,
        marked=None if accuracy is None else accuracy.marked,
        outcome=outcome_of(result),
        seconds=result.seconds,
        said=said,
    )


def _written(variant: Variant, folder: Path) -> Path:
    for name, content in variant.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
