"""Reads the submissions that break one clause of the contract each, from bugs/*.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from .harness import MODULES, WHEATS

FOLDER = Path(__file__).parent / "bugs"


@dataclass(frozen=True)
class Bug:
    """`edits` (old text, new text) of the correct module `wheat` make a wrong one.

    `clause` is the number in docs/clauses.md of the clause it breaks, `fails` are the ids of the
    checks that must not pass.
    """

    name: str
    module: str
    clause: str
    wheat: Path
    edits: tuple[tuple[str, str], ...]
    fails: frozenset[str]

    def source(self) -> str:
        """The wrong module; every edit applies at one place exactly."""
        text = self.wheat.read_text(encoding="utf-8")
        for old, new in self.edits:
            assert text.count(old) == 1, f"{self.name}: {text.count(old)} times {old!r}"
            text = text.replace(old, new)
        return text


def bugs() -> list[Bug]:
    """All bugs, module by module."""
    found = []
    for module in MODULES:
        table = tomllib.loads((FOLDER / f"{module}.toml").read_text(encoding="utf-8"))
        for entry in table["bug"]:
            found.append(
                Bug(
                    name=entry["name"],
                    module=module,
                    clause=entry["clause"],
                    wheat=WHEATS / module / f"{entry['wheat']}.py",
                    edits=tuple((edit["old"], edit["new"]) for edit in entry["edits"]),
                    fails=frozenset(f"{module}::{name}" for name in entry["fails"]),
                )
            )
    return found
