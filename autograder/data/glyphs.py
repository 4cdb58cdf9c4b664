"""Turns the digits of matplotlib's fonts into distances, so that any pen can draw them.

A glyph is a square field of `FIELD`×`FIELD` numbers over [-1, 1]×[-1, 1], the digit's longer side
spanning `EXTENT` of it. Each number is the distance to the digit's stroke in those units. There are
two kinds: `outline` fields measure to the printed shape (negative inside it), `skeleton` fields to
the line in the middle of the strokes, which a pen of even width follows.

From the rendered shapes to the last division all is integer arithmetic, so machines agree on it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .images import DataUnavailable

FIELD = 96
EXTENT = 1.2

# The faces that matplotlib ships and that have ten proper digits. A pen that follows the middle of
# the strokes writes bold and regular faces alike, so bold ones give no skeleton.
_REGULAR = (
    "DejaVuSans",
    "DejaVuSans-Oblique",
    "DejaVuSansMono",
    "DejaVuSansMono-Oblique",
    "DejaVuSerif",
    "DejaVuSerif-Italic",
    "STIXGeneral",
    "STIXGeneralItalic",
    "cmmi10",
    "cmr10",
    "cmss10",
    "cmti10",
    "cmtt10",
)
_BOLD = (
    "DejaVuSans-Bold",
    "DejaVuSans-BoldOblique",
    "DejaVuSansMono-Bold",
    "DejaVuSansMono-BoldOblique",
    "DejaVuSerif-Bold",
    "DejaVuSerif-BoldItalic",
    "STIXGeneralBol",
    "STIXGeneralBolIta",
    "cmb10",
)
_TALL = round(FIELD / 2 * EXTENT)
_MARGIN = (FIELD - _TALL) // 2 - 4


@dataclass(frozen=True)
class Glyphs:
    """The fields of all digits in all faces, skeletons first: float32 (fields, FIELD, FIELD)."""

    fields: NDArray[np.float32]

    def skeletons(self, digits: NDArray[np.intp], choice: NDArray[np.float64]) -> NDArray[np.intp]:
        """Which fields to take for these digits; a choice from [0, 1) picks the face."""
        return _pick(digits, choice, len(_REGULAR))

    def outlines(self, digits: NDArray[np.intp], choice: NDArray[np.float64]) -> NDArray[np.intp]:
        """As `skeletons`, for the printed shapes."""
        return 10 * len(_REGULAR) + _pick(digits, choice, len(_REGULAR + _BOLD))


@cache
def make_glyphs() -> Glyphs:
    """Renders the digits and measures the distances, in about a second, once a process.

    Raises DataUnavailable where matplotlib came without its fonts.
    """
    shapes = np.stack([_shapes(face) for face in _REGULAR + _BOLD], axis=1)
    lines = thinned(shapes[:, : len(_REGULAR)].reshape(-1, FIELD, FIELD))
    prints = shapes.reshape(-1, FIELD, FIELD)
    return Glyphs(np.concatenate([_distance(lines), _distance(prints) - _distance(~prints)]))


def _pick(digits: NDArray[np.intp], choice: NDArray[np.float64], faces: int) -> NDArray[np.intp]:
    return digits * faces + (choice * faces).astype(np.intp)


def _font_file(face: str) -> bytes:
    import matplotlib

    path = Path(matplotlib.get_data_path(), "fonts", "ttf", f"{face}.ttf")
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataUnavailable(
            f"{path}: expected a font that comes with matplotlib, found: {error.strerror}; "
            "install matplotlib again"
        ) from None


def _shapes(face: str) -> NDArray[np.bool_]:
    """The ten digits, each in the middle of its field, `_TALL` pixels along the longer side."""
    from PIL import Image, ImageDraw, ImageFont

    content = _font_file(face)

    def font(size: int) -> ImageFont.FreeTypeFont:
        # Given the content, Pillow doesn't go looking for a namesake among the system's fonts. The
        # basic layout is in every build of it.
        return ImageFont.truetype(io.BytesIO(content), size, layout_engine=ImageFont.Layout.BASIC)

    shapes = np.empty((10, FIELD, FIELD), dtype=np.bool_)
    large = font(100)
    for digit in range(10):
        left, top, right, bottom = large.getbbox(str(digit))
        fitted = font(round(100 * _TALL / max(right - left, bottom - top)))
        left, top, right, bottom = fitted.getbbox(str(digit))
        image = Image.new("L", (FIELD, FIELD))
        corner = (round((FIELD - left - right) / 2), round((FIELD - top - bottom) / 2))
        ImageDraw.Draw(image).text(corner, str(digit), fill=255, font=fitted)
        shapes[digit] = np.asarray(image) > 127
    return shapes


def thinned(shapes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The one-pixel lines in the middle of the strokes (Zhang and Suen, 1984).

    `shapes`: bool (N, FIELD, FIELD), empty outside of the middle; the result has the same shape.
    """
    inner = slice(_MARGIN, FIELD - _MARGIN)
    result = np.zeros_like(shapes)
    picture = shapes[:, inner, inner].astype(np.uint8)
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            padded = np.pad(picture, ((0, 0), (1, 1), (1, 1)))
            n, ne, nw = padded[:, :-2, 1:-1], padded[:, :-2, 2:], padded[:, :-2, :-2]
            s, se, sw = padded[:, 2:, 1:-1], padded[:, 2:, 2:], padded[:, 2:, :-2]
            e, w = padded[:, 1:-1, 2:], padded[:, 1:-1, :-2]
            ring = (n, ne, e, se, s, sw, w, nw)
            neighbours = n + ne + e + se + s + sw + w + nw
            starts = np.zeros_like(picture)
            for here, following in zip(ring, (*ring[1:], ring[0]), strict=True):
                starts += (1 - here) & following
            corner = (n & e & s) | (e & s & w) if first else (n & e & w) | (n & s & w)
            edge = (neighbours >= 2) & (neighbours <= 6) & (starts == 1) & (corner == 0)
            removed = edge & (picture == 1)
            if removed.any():
                picture[removed] = 0
                changed = True
    result[:, inner, inner] = picture == 1
    return result


def _distance(shapes: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How far each pixel is from the shape, 0 on it, in units of the field. (N, FIELD, FIELD)."""
    far = 4 * FIELD
    places = np.arange(FIELD, dtype=np.int32)
    before = np.maximum.accumulate(np.where(shapes, places, -far), axis=2)
    after = np.minimum.accumulate(np.where(shapes, places, far)[:, :, ::-1], axis=2)[:, :, ::-1]
    along = np.minimum(places - before, after - places).astype(np.int32) ** 2
    across = (places[:, None] - places[None, :]) ** 2
    squares = np.empty(shapes.shape, dtype=np.int32)
    for index in range(len(shapes)):
        squares[index] = (across[:, :, None] + along[index]).min(axis=1)
    return (np.sqrt(squares) * np.float64(2 / FIELD)).astype(np.float32)
