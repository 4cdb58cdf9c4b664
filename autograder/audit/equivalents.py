"""Reads which mutants are no bugs: a list that people have reviewed, each entry with its reason.

A mutant that survives and is not on the list counts against the checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from ..authoring.errors import located
from ..course import Assignment
from ..course.errors import shown
from .errors import AuditError
from .patches import FOLDER

FILE_NAME = "equivalent.yaml"
_EXAMPLE = "{mutant: module.function:operator:0123abcd, reason: …}"


@dataclass(frozen=True)
class Equivalent:
    """One entry: a mutant that stays within the contract, and why."""

    mutant: str
    reason: str
    line: int


@dataclass(frozen=True)
class Equivalents:
    """The whole list and the file that it stands in."""

    path: Path
    entries: Mapping[str, Equivalent]

    def reason(self, mutant: str) -> str | None:
        entry = self.entries.get(mutant)
        return entry.reason if entry is not None else None

    def unknown(self, mutants: Iterable[str]) -> list[str]:
        """A line for people for each entry that names none of `mutants`."""
        known = set(mutants)
        expected = "a mutant that the audit makes"
        fix = "remove the entry, or look at the code that has changed and review it anew"
        return [
            located(self.path, entry.line, expected, repr(entry.mutant), fix)
            for entry in self.entries.values()
            if entry.mutant not in known
        ]

    def killed(self, caught: Mapping[str, str]) -> list[str]:
        """A line for people for each entry that a check tells from the reference.

        `caught` has mutants and the check that fails for each.
        """
        expected = "a mutant that no check can tell from the reference"
        return [
            located(
                self.path,
                entry.line,
                expected,
                f"{caught[entry.mutant]} fails for {entry.mutant!r}",
                "remove the entry, or mend the check if the mutant is correct",
            )
            for entry in self.entries.values()
            if entry.mutant in caught
        ]


def read_equivalents(assignment: Assignment) -> Equivalents:
    """The assignment's list, an empty one where there is none; AuditError where it is wrong."""
    path = assignment.folder / FOLDER / FILE_NAME
    if not path.is_file():
        return Equivalents(path, {})
    try:
        loaded = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except (MarkedYAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        found = getattr(error, "problem", None) or str(error)
        raise AuditError(located(path, line, "YAML", found, "mend it")) from None
    entries: dict[str, Equivalent] = {}
    for entry in _entries(path, [] if loaded is None else loaded):
        if entry.mutant in entries:
            fix = "keep one of the two"
            raise AuditError(located(path, entry.line, "each mutant once", entry.mutant, fix))
        entries[entry.mutant] = entry
    return Equivalents(path, entries)


def _entries(path: Path, loaded: Any) -> Iterator[Equivalent]:
    fix = f"write for example `- {_EXAMPLE}`"
    if not isinstance(loaded, list):
        raise AuditError(located(path, 1, "a list of mutants", shown(loaded), fix))
    for index, value in enumerate(loaded):
        # ruamel.yaml's lists know where they stand.
        line = loaded.lc.item(index)[0] + 1  # type: ignore[attr-defined]
        keys = set(value) if isinstance(value, dict) else set()
        if keys != {"mutant", "reason"}:
            found = ", ".join(map(str, keys)) or repr(value)
            raise AuditError(located(path, line, "`mutant` and `reason`", found, fix))
        mutant, reason = str(value["mutant"]).strip(), str(value["reason"] or "").strip()
        if not reason:
            expected, fix = "a reason", "say why no check can or should tell it from the reference"
            raise AuditError(located(path, line, expected, "none", fix))
        yield Equivalent(mutant, " ".join(reason.split()), line)
