"""Works out where the marks of a chart stand, in the units of its SVG; y grows downwards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..grading.figures import Curve, Curves, Images, Values
from ..grading.figures import Sequence as Places

HISTOGRAM = (160.0, 48.0)
"""Width and height of the histogram of an image's values."""
ORDER = 200.0
"""Side of the square in which an order is drawn."""
CURVES = (300.0, 170.0)


@dataclass(frozen=True)
class Tick:
    """A number beside an axis."""

    at: float
    text: str


def histogram_path(values: Values) -> str:
    """The outline of the histogram, from the left of its ground line to the right."""
    width, height = HISTOGRAM
    most = max(values.counts, default=0)
    if not most:
        return ""
    step = width / len(values.counts)
    # Square roots, so that a few values stay visible beside a peak of hundreds.
    tops = [height * (1 - math.sqrt(count / most)) for count in values.counts]
    line = "".join(f"V{_n(top)}H{_n((place + 1) * step)}" for place, top in enumerate(tops))
    return f"M0 {_n(height)}{line}V{_n(height)}Z"


def zero_of(figure: Images) -> float | None:
    """Where 0 lies on the axis of the histograms, None where it lies outside."""
    if not figure.low <= 0 <= figure.high:
        return None
    return HISTOGRAM[0] * -figure.low / (figure.high - figure.low)


def order_dots(sequence: Places, size: int) -> str:
    """A dot for each sample: to the right when it came, upwards where it had stood before."""
    last = max(size - 1, 1)
    steps = max(len(sequence.places) - 1, 1)
    return "".join(
        f"M{_n(ORDER * turn / steps)} {_n(ORDER * (1 - place / last))}h0"
        for turn, place in enumerate(sequence.places)
    )


@dataclass(frozen=True)
class Plot:
    """Curves as paths, with their axes."""

    lines: tuple[tuple[str, str, tuple[tuple[float, float], ...]], ...]
    """For each curve its path, the path of its band or "", and its points."""
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def plot_of(figure: Curves) -> Plot:
    """All curves on common axes."""
    width, height = CURVES
    longest = max(max(len(one.values), len(one.low)) for one in figure.curves)
    ends = [
        number
        for one in figure.curves
        for number in (*one.values, *one.low, *one.high)
        if number is not None
    ]
    low, high, ticks = _axis(min(ends, default=0.0), max(ends, default=1.0))

    def x(step: int) -> float:
        # Half a step of room on both sides.
        return width * (step + 0.5) / longest

    def y(value: float) -> float:
        return height * (1 - (value - low) / (high - low))

    def place(curve: Curve) -> tuple[str, str, tuple[tuple[float, float], ...]]:
        points = [
            (x(step), y(value)) for step, value in enumerate(curve.values) if value is not None
        ]
        under = [(x(step), y(v)) for step, v in enumerate(curve.low) if v is not None]
        over = [(x(step), y(v)) for step, v in enumerate(curve.high) if v is not None]
        band = f"{_path([*over, *reversed(under)])}Z" if under and over else ""
        return _path(points), band, tuple((round(a, 1), round(b, 1)) for a, b in points)

    every = max(1, math.ceil(longest / 8))
    return Plot(
        lines=tuple(map(place, figure.curves)),
        x_ticks=tuple(Tick(x(step), str(step + 1)) for step in range(0, longest, every)),
        y_ticks=tuple(Tick(y(value), f"{value:.4g}") for value in ticks),
    )


def _axis(low: float, high: float) -> tuple[float, float, Sequence[float]]:
    """Round ends around `low` and `high`, and three to six round numbers between them."""
    if not high > low:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / 4
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return first * step, last * step, [number * step for number in range(first, last + 1)]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "".join(f"{'L' if place else 'M'}{_n(x)} {_n(y)}" for place, (x, y) in enumerate(points))


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
