"""Finds each student's row in somebody else's table. It never guesses: who fits two is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Key = Callable[[int], Iterable[str]]
"""What a row may be known by, one kind of name."""


@dataclass
class Matches:
    """The row of each student; why the others have none."""

    rows: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)

    def remarks(self, what: str) -> list[str]:
        """Who was not found, in sentences; `what` is the table."""
        said = []
        if self.missing:
            said.append(f"Not in {what}, so left out: {', '.join(self.missing)}.")
        if self.ambiguous:
            said.append(
                f"More than one student of {what} may be meant, so left out: "
                f"{', '.join(self.ambiguous)}."
            )
        return said


def match(names: Mapping[str, str], rows: Sequence[int], keys: Sequence[Key]) -> Matches:
    """The one row that has each student's name as a key, of whatever kind and in whatever case.

    `names` are what the table may know each student by.

    A name that is the key of two rows, and a row that two names lead to, is left out.
    """
    known: dict[str, set[int]] = {}
    for row in rows:
        for key in keys:
            for name in key(row):
                if name.strip():
                    known.setdefault(_plain(name), set()).add(row)
    found = {student: known.get(_plain(name), set()) for student, name in names.items()}
    taken: dict[int, int] = {}
    for places in found.values():
        for place in places:
            taken[place] = taken.get(place, 0) + 1
    matches = Matches()
    for student, places in found.items():
        if not places:
            matches.missing.append(student)
        elif len(places) > 1 or taken[next(iter(places))] > 1:
            matches.ambiguous.append(student)
        else:
            (matches.rows[student],) = places
    return matches


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
