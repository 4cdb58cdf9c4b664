"""What a release knows about itself: its parts, their checks and the digests of its stubs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

FILE_NAME = "manifest.json"


@dataclass(frozen=True)
class ListedCheck:
    """A check as a student may know it; of a hidden one the title is all there is."""

    id: str
    title: str
    points: float
    visible: bool


@dataclass(frozen=True)
class ListedPart:
    """A part with its points and the modules that it looks at."""

    name: str
    title: str
    points: float
    modules: tuple[str, ...]
    checks: tuple[ListedCheck, ...]

    def public_points(self) -> float:
        return sum(check.points for check in self.checks if check.visible)


@dataclass(frozen=True)
class Manifest:
    """The contents of a release's `manifest.json`."""

    assignment: str
    title: str
    settings: Mapping[str, Any]
    modules: tuple[str, ...]
    stubs: Mapping[str, str]
    parts: tuple[ListedPart, ...]

    def part(self, name: str) -> ListedPart:
        """The part called `name`; KeyError names those there are."""
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(f"no part is called {name!r}; there are {', '.join(self.names())}")

    def names(self) -> list[str]:
        return [part.name for part in self.parts]

    def settings_object(self) -> SimpleNamespace:
        return SimpleNamespace(**self.settings)


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`, as the release wrote it."""
    data = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    parts = tuple(
        ListedPart(
            name=part["name"],
            title=part["title"],
            points=part["points"],
            modules=tuple(part["modules"]),
            checks=tuple(ListedCheck(**check) for check in part["checks"]),
        )
        for part in data["parts"]
    )
    return Manifest(
        assignment=data["assignment"],
        title=data["title"],
        settings=data["settings"],
        modules=tuple(data["modules"]),
        stubs=data["stubs"],
        parts=parts,
    )
