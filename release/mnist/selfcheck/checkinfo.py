"""What a check says about itself: part, title, points and hint, read off its pytest item."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

MARKERS = (
    "points(number): what the check is worth",
    "hint(text): names the concept behind the check, without the answer",
    "reread(heading): names the section of a notebook that explains the concept",
)


@dataclass(frozen=True)
class CheckInfo:
    """One check: `loaders::train_reshuffles` is `test_train_reshuffles` in `test_loaders.py`."""

    id: str
    part: str
    title: str
    points: float
    hint: str = ""
    section: str = ""
    """The heading to reread in a notebook of the part, as it stands there."""


def info_of(item: pytest.Item) -> CheckInfo:
    """The check behind a collected item; ValueError says what its author forgot."""
    part = item.path.stem.removeprefix("test_")
    name = item.name.removeprefix("test_")
    where = f"{item.path.name}:{(item.location[1] or 0) + 1}: {item.name}"
    points = item.get_closest_marker("points")
    if points is None or len(points.args) != 1:
        raise ValueError(f"{where}: expected @pytest.mark.points(number), found none; add it")
    documentation = inspect.getdoc(getattr(item, "function", None))
    if not documentation:
        raise ValueError(f"{where}: expected a docstring that says what is checked; add it")
    hint = item.get_closest_marker("hint")
    reread = item.get_closest_marker("reread")
    return CheckInfo(
        id=f"{part}::{name}",
        part=part,
        title=documentation.splitlines()[0].strip(),
        points=float(points.args[0]),
        hint=str(hint.args[0]) if hint is not None and hint.args else "",
        section=str(reread.args[0]) if reread is not None and reread.args else "",
    )
