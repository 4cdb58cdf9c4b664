"""Draws digits, for a machine that has no MNIST: as many, as large and about as hard to tell apart.

Each image is a glyph of `glyphs.py` seen through a random bend (slant, turn, stretch, waves), drawn
with a random pen, sometimes with a gap or a stray stroke, and placed as MNIST places its digits: in
a box of 20×20 pixels, the centre of mass in the middle of the 28×28. Numbers are drawn and used one
image after the other in fixed blocks, by NumPy alone, so a seed gives the same images whatever the
number of threads or processes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .glyphs import FIELD, Glyphs, make_glyphs
from .images import SIDE

Floats = NDArray[np.float32]

BOX = 20.0
FIRST_LABEL = 5  # as in MNIST: the handout shows dataset[0]

_BLOCK = 500  # images at a time: small enough for the processor's cache
_WAVES = 3
# How far writing strays from print. Most writers are tidy, a few are not. With these numbers the
# plain network of the handout gets about as many images right as on MNIST.
_MESS = 0.67
_SPREAD_OF_MESS = 0.35
_SKELETON_SHARE = 0.7
_STRAY_SHARE = 0.08
_GAP_SHARE = 0.08


def draw(count: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images uint8 (count, 28, 28), light on dark, and their labels uint8 (count,), first a 5.

    Takes a second, and five more for 70,000. Raises DataUnavailable where the fonts are missing.
    """
    rng = np.random.default_rng(seed)
    glyphs = make_glyphs()
    labels = rng.integers(0, 10, count, dtype=np.uint8)
    labels[:1] = FIRST_LABEL
    images = np.empty((count, SIDE, SIDE), dtype=np.uint8)
    for start in range(0, count, _BLOCK):
        block = slice(start, start + _BLOCK)
        images[block] = _draw_block(labels[block], glyphs, rng)
    return images, labels


@dataclass(frozen=True)
class _Bend:
    """Where on the glyph a place on the paper lies: a matrix, and waves along both axes."""

    matrix: Floats  # (N, 2, 2)
    height: Floats  # (N, 2, _WAVES)
    speed: Floats  # (N, 2, _WAVES, 2)
    phase: Floats  # (N, 2, _WAVES)

    def __call__(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """(N, P) places on the paper → (N, P) places on the glyph, both in the glyph's units."""
        bent = []
        for axis in range(2):
            place = self.matrix[:, axis, 0, None] * x + self.matrix[:, axis, 1, None] * y
            for wave in range(_WAVES):
                speed = self.speed[:, axis, wave]
                angle = speed[:, 0, None] * x + speed[:, 1, None] * y
                angle += self.phase[:, axis, wave, None]
                place += self.height[:, axis, wave, None] * np.sin(angle)
            bent.append(place)
        return bent[0], bent[1]

    def stretch(self) -> Floats:
        """(N, 1): how many units of the glyph one unit of the paper spans, on average."""
        m = self.matrix
        determinant = m[:, 0, 0] * m[:, 1, 1] - m[:, 0, 1] * m[:, 1, 0]
        root: Floats = np.sqrt(np.abs(determinant))
        return root[:, None]


def _random_bend(count: int, rng: np.random.Generator) -> _Bend:
    def normal(*shape: int) -> Floats:
        return rng.standard_normal((count, *shape), dtype=np.float32)

    mess = _MESS * np.exp(_SPREAD_OF_MESS * normal())
    turn = 0.14 * mess * normal()
    slant = 0.22 * mess * normal()
    wide = np.exp(0.16 * mess * normal())
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.empty((count, 2, 2), dtype=np.float32)
    matrix[:, 0, 0] = cos * wide
    matrix[:, 0, 1] = sin * wide + slant
    matrix[:, 1, 0] = -sin
    matrix[:, 1, 1] = cos
    height = 0.05 * mess[:, None, None] * normal(2, _WAVES)
    drawn = normal(2, _WAVES, 2)
    speed = np.copysign(1.2 + 1.1 * np.abs(drawn), drawn).astype(np.float32)
    phase = (2 * np.pi * rng.random((count, 2, _WAVES))).astype(np.float32)
    return _Bend(matrix, height.astype(np.float32), speed, phase)


def _look_up(fields: Floats, which: NDArray[np.intp], x: Floats, y: Floats) -> Floats:
    """The fields' distances at places in [-1, 1] (nearest inside), bilinear; (N, P)."""
    half = np.float32(FIELD / 2)
    column = np.clip(x * half + (half - 0.5), 0, FIELD - 1.001)
    row = np.clip(y * half + (half - 0.5), 0, FIELD - 1.001)
    left, top = column.astype(np.int32), row.astype(np.int32)
    column -= left
    row -= top
    flat = fields.reshape(-1)
    index = which[:, None].astype(np.int32) * (FIELD * FIELD) + top * FIELD + left
    upper = flat[index] * (1 - column) + flat[index + 1] * column
    index += FIELD
    lower = flat[index] * (1 - column) + flat[index + 1] * column
    between: Floats = upper * (1 - row) + lower * row
    return between


def _draw_block(
    labels: NDArray[np.uint8], glyphs: Glyphs, rng: np.random.Generator
) -> NDArray[np.uint8]:
    count = len(labels)
    digits = labels.astype(np.intp)
    by_pen = rng.random(count) < _SKELETON_SHARE
    face = rng.random(count)
    which = np.where(by_pen, glyphs.skeletons(digits, face), glyphs.outlines(digits, face))
    fields = glyphs.fields
    bend = _random_bend(count, rng)
    pen = _random_pen(by_pen, rng)
    paper = _fit(fields, which, bend, pen, rng)
    distance = _look_up(fields, which, *bend(*paper.places())) / (paper.unit * bend.stretch())
    sharp = rng.uniform(0.7, 1.1, (count, 1)).astype(np.float32)
    ink = np.clip((pen - distance) * sharp + 0.5, 0, 1)
    _add_stray_strokes(ink, rng)
    _add_gaps(ink, rng)
    # Grey levels vary within a stroke, while the paper around it stays clean.
    ink *= 1 + 0.06 * rng.standard_normal(ink.shape, dtype=np.float32)
    images: NDArray[np.uint8] = (ink.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    return images.reshape(count, SIDE, SIDE)


def _random_pen(by_pen: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """(N, 1): the pen's reach from the line, or from the printed edge, in pixels."""
    spread = rng.standard_normal((len(by_pen), 1), dtype=np.float32)
    reach = np.where(by_pen[:, None], 1.25 * np.exp(0.22 * spread), 0.35 + 0.3 * spread)
    return reach.clip(0.2, 2.4).astype(np.float32)


@dataclass(frozen=True)
class _Paper:
    """Where the 28×28 pixels lie, in the units that bends take; all (N, 1)."""

    x: Floats
    y: Floats
    unit: Floats

    def places(self) -> tuple[Floats, Floats]:
        """(N, 784) each: the middles of the pixels, row after row."""
        x, y = _pixels()
        return self.x + self.unit * x, self.y + self.unit * y


def _pixels() -> tuple[Floats, Floats]:
    """(784,) each: the middles of the pixels, counted from the middle of the image."""
    grid = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    return np.tile(grid, SIDE), np.repeat(grid, SIDE)


def _fit(
    fields: Floats, which: NDArray[np.intp], bend: _Bend, pen: Floats, rng: np.random.Generator
) -> _Paper:
    """Places the bent glyphs as MNIST's are: in a box of 20 pixels, the centre of mass central."""
    steps, reach = 32, np.float32(1.6)
    line = np.linspace(-reach, reach, steps, dtype=np.float32)
    x, y = np.tile(line, steps)[None], np.repeat(line, steps)[None]
    touched = _look_up(fields, which, *bend(x, y)) < 1.2 * reach / steps
    touched = touched.reshape(-1, steps, steps)

    def ends_and_centre(axis: int) -> tuple[Floats, Floats]:
        hits = touched.sum(axis=axis)
        first = (hits > 0).argmax(axis=1)
        last = steps - 1 - (hits > 0)[:, ::-1].argmax(axis=1)
        centre = (hits * line).sum(axis=1) / hits.sum(axis=1).clip(1)
        return (line[last] - line[first])[:, None], centre[:, None].astype(np.float32)

    width, middle_x = ends_and_centre(axis=1)
    height, middle_y = ends_and_centre(axis=2)
    smaller = 1 - 0.08 * np.abs(rng.standard_normal((len(which), 1), dtype=np.float32))
    pixels = (BOX - 2 * pen) * smaller.clip(0.7, 1)
    return _Paper(middle_x, middle_y, np.maximum(width, height) / pixels)


def _add_stray_strokes(ink: Floats, rng: np.random.Generator) -> None:
    """Gives a few images a short thin stroke that doesn't belong there."""
    some = np.flatnonzero(rng.random(len(ink)) < _STRAY_SHARE)
    x, y = _pixels()
    start, way = rng.uniform(-9, 9, (2, len(some), 1)), rng.uniform(-5, 5, (2, len(some), 1))
    x, y = x - start[0], y - start[1]
    along = ((x * way[0] + y * way[1]) / (way**2).sum(axis=0).clip(0.01)).clip(0, 1)
    distance = np.hypot(x - along * way[0], y - along * way[1])
    ink[some] = np.maximum(ink[some], (1.1 - distance).clip(0, 1))


def _add_gaps(ink: Floats, rng: np.random.Generator) -> None:
    """Lets the pen skip a spot in a few images."""
    some = np.flatnonzero(rng.random(len(ink)) < _GAP_SHARE)
    x, y = _pixels()
    spot = rng.uniform(-8, 8, (2, len(some), 1))
    radius = rng.uniform(1, 2.5, (len(some), 1))
    ink[some] *= (np.hypot(x - spot[0], y - spot[1]) - radius + 0.5).clip(0, 1)
