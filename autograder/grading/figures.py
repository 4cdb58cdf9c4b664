"""Pictures for feedback, as data: what a check may show a student beside its words.

A figure is numbers of bounded count, so that a page can draw it without knowing the assignment, and
nothing in it can act. They are stored beside `result.json`, in `figures.json`.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .. import atomic

FILE_NAME = "figures.json"
MAX_SIDE = 64
MAX_PLACES = 400
MAX_POINTS = 500
MAX_CLASSES = 20
MAX_GALLERY = 24
MAX_IN_A_CHECK = 4


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


_Title = Annotated[str, Field(max_length=200)]
_Number = Annotated[float, Field(allow_inf_nan=False)]
_Values = Annotated[tuple[_Number | None, ...], Field(max_length=MAX_POINTS)]


class Picture(_Strict):
    """A grey image; `pixels` are its bytes from 0 (black) to 255, row by row, in base64."""

    width: Annotated[int, Field(ge=1, le=MAX_SIDE)]
    height: Annotated[int, Field(ge=1, le=MAX_SIDE)]
    pixels: Annotated[str, Field(max_length=MAX_SIDE * MAX_SIDE * 4 // 3 + 4)]

    @model_validator(mode="after")
    def _is_whole(self) -> Picture:
        if len(self.rows()) != self.width * self.height:
            raise ValueError("expected a byte for each pixel")
        return self

    def rows(self) -> bytes:
        """The pixels, row by row."""
        return base64.b64decode(self.pixels)


class Values(_Strict):
    """An image's values: how it looks on the figure's common scale, and how they are spread."""

    picture: Picture | None = None
    """None where it can't be drawn; `words` say what it is."""
    words: Annotated[str, Field(max_length=300)] = ""
    lowest: float | None = None
    highest: float | None = None
    counts: Annotated[tuple[int, ...], Field(max_length=64)] = ()
    """How many values lie in each of equal bins from the figure's `low` to its `high`."""


class Images(_Strict):
    """What a function made of an image, beside what it should have made of it."""

    kind: Literal["images"] = "images"
    title: _Title
    public: bool
    always: bool = False
    given: Picture
    found: Values
    expected: Values | None
    """None where it may not be shown."""
    low: float
    high: float


class Sequence(_Strict):
    """In which order things came: the place of each in the order that they had before."""

    name: _Title
    places: Annotated[tuple[int, ...], Field(max_length=MAX_PLACES)]


class Order(_Strict):
    """Several sequences of the same `size` things."""

    kind: Literal["order"] = "order"
    title: _Title
    public: bool
    always: bool = False
    size: Annotated[int, Field(ge=1)]
    sequences: Annotated[tuple[Sequence, ...], Field(min_length=1, max_length=4)]


class Curve(_Strict):
    """A line, and the band in which the reference's lines lie (empty where it isn't known)."""

    name: _Title
    values: _Values
    low: _Values = ()
    high: _Values = ()


class Curves(_Strict):
    """Lines over the steps 1, 2, … of whatever `x` says."""

    kind: Literal["curves"] = "curves"
    title: _Title
    public: bool
    always: bool = False
    x: _Title
    y: _Title
    curves: Annotated[tuple[Curve, ...], Field(min_length=1, max_length=6)]


class Confusion(_Strict):
    """How often what is `names[row]` was taken for `names[column]`."""

    kind: Literal["confusion"] = "confusion"
    title: _Title
    public: bool
    always: bool = False
    names: Annotated[tuple[_Title, ...], Field(min_length=2, max_length=MAX_CLASSES)]
    counts: tuple[tuple[int, ...], ...]

    @model_validator(mode="after")
    def _is_square(self) -> Confusion:
        if {len(self.names)} != {len(self.counts), *map(len, self.counts)}:
            raise ValueError("expected a row and a column for each name")
        return self


class Mistake(_Strict):
    """An image with what it is and what it was taken for."""

    picture: Picture
    label: _Title
    said: _Title


class Gallery(_Strict):
    """Held-out images with their labels, so shown only once these may be revealed."""

    kind: Literal["gallery"] = "gallery"
    title: _Title
    public: bool
    always: bool = False
    mistakes: Annotated[tuple[Mistake, ...], Field(max_length=MAX_GALLERY)]


Figure = Annotated[
    Images | Order | Curves | Confusion | Gallery,
    Field(discriminator="kind"),
]


class Figures(_Strict):
    """The contents of `figures.json`: each check's figures, and which result they belong to."""

    submission_digest: str
    checks_digest: str
    checks: dict[str, tuple[Figure, ...]]


def write_figures(figures: Figures, folder: Path) -> None:
    """Write `folder/figures.json`, whole or not at all; no file where there is no figure."""
    if figures.checks:
        atomic.write_text(folder / FILE_NAME, figures.model_dump_json() + "\n")
        return
    # A folder that is none has no figures either.
    with suppress(NotADirectoryError):
        (folder / FILE_NAME).unlink(missing_ok=True)


def read_figures(folder: Path) -> Figures | None:
    """None where there is none that this version knows."""
    try:
        return Figures.model_validate_json((folder / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None
