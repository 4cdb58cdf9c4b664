"""The `show` fixture: how a check hands over a picture of what it saw, for the feedback page.

What comes from a worker may be anything at all, so a picture that can't be made is left out: no
check ends otherwise for it.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..selfcheck.expect import described
from . import figures as data

if TYPE_CHECKING:
    import torch

BINS = 32


class Show:
    """Keeps a check's figures. The words are the check's own, the numbers may be a student's.

    `public` is whether a student may see them where nothing else is said: not those of a hidden
    check. A figure that explains a mistake is dropped where the check passes, unless `always`. One
    takes the place of an earlier one with its title.
    """

    def __init__(self, public: bool, note: Callable[[str], None]) -> None:
        self.figures: list[data.Figure] = []
        self._public, self._note = public, note

    def images(
        self,
        title: str,
        given: torch.Tensor,
        found: Any,
        expected: torch.Tensor,
        **how: bool,
    ) -> None:
        """What was made of the image `given`, (H, W) uint8, and what should have been.

        `expected` has as many values; `found` may be anything.
        """

        def draw() -> data.Figure:
            low, high = _span([expected, found])
            return data.Images(
                title=title,
                given=_picture(given.double() / 255),
                found=_values(found, expected, low, high, given.shape),
                expected=_values(expected, expected, low, high, given.shape),
                low=low,
                high=high,
                **self._shown(how),
            )

        self._keep(draw)

    def order(
        self, title: str, sequences: Mapping[str, Sequence[int]], size: int, **how: bool
    ) -> None:
        """In which order `size` things came, by the places that they had before."""

        def draw() -> data.Figure:
            found = tuple(
                data.Sequence(name=name, places=tuple(places[: data.MAX_PLACES]))
                for name, places in sequences.items()
            )
            return data.Order(title=title, size=size, sequences=found, **self._shown(how))

        self._keep(draw)

    def curves(
        self,
        title: str,
        lines: Mapping[str, Any],
        bands: Mapping[str, tuple[Sequence[float], Sequence[float]]],
        x: str,
        y: str,
        **how: bool,
    ) -> None:
        """Lines over 1, 2, …, each with the lowest and highest values that the reference has."""

        def draw() -> data.Figure:
            found = []
            for name, values in lines.items():
                numbers = _numbers(values)
                low, high = bands.get(name, ((), ()))
                if any(number is not None for number in numbers):
                    curve = data.Curve(name=name, values=numbers, low=tuple(low), high=tuple(high))
                    found.append(curve)
            return data.Curves(title=title, x=x, y=y, curves=tuple(found), **self._shown(how))

        self._keep(draw)

    def confusion(
        self, title: str, names: Sequence[str], counts: Sequence[Sequence[int]], **how: bool
    ) -> None:
        """How often each class (a row) was taken for each (a column)."""

        def draw() -> data.Figure:
            table = tuple(tuple(row) for row in counts)
            return data.Confusion(title=title, names=tuple(names), counts=table, **self._shown(how))

        self._keep(draw)

    def gallery(
        self,
        title: str,
        images: torch.Tensor,
        labels: Sequence[str],
        said: Sequence[str],
        **how: bool,
    ) -> None:
        """Images (N, H, W) uint8 with what they are and what they were taken for.

        Only those whose labels may be revealed: see the fixture `revealed`.
        """

        def draw() -> data.Figure:
            mistakes = tuple(
                data.Mistake(picture=_picture(image.double() / 255), label=label, said=answer)
                for image, label, answer in zip(images, labels, said, strict=True)
            )
            return data.Gallery(
                title=title, mistakes=mistakes[: data.MAX_GALLERY], **self._shown(how)
            )

        self._keep(draw)

    def kept(self, passed: bool) -> tuple[data.Figure, ...]:
        """The figures to go with a check that ended so."""
        return tuple(figure for figure in self.figures if figure.always or not passed)

    def _shown(self, how: Mapping[str, bool]) -> dict[str, bool]:
        return {"public": self._public, **how}

    def _keep(self, draw: Callable[[], data.Figure]) -> None:
        try:
            figure = draw()
        except Exception as error:
            self._note(f"a figure was left out: {type(error).__name__}: {error}"[:500])
            return
        others = [other for other in self.figures if other.title != figure.title]
        self.figures = [*others, figure][-data.MAX_IN_A_CHECK :]


def _numbers(values: Any) -> tuple[float | None, ...]:
    """What can be drawn of a list: its finite numbers, None for all else in it."""
    listed = values[: data.MAX_POINTS] if isinstance(values, list) else []
    return tuple(
        float(value) if type(value) in (int, float) and math.isfinite(value) else None
        for value in listed
    )


def _finite(values: Any) -> torch.Tensor:
    import torch

    if not isinstance(values, torch.Tensor) or values.numel() > data.MAX_SIDE**2:
        return torch.zeros(0)
    flat = values.detach().flatten().double()
    return flat[flat.isfinite()]


def _span(several: Sequence[Any]) -> tuple[float, float]:
    """From the lowest to the highest of all values, and never nothing."""
    ends = [end for values in map(_finite, several) if len(values) for end in values.aminmax()]
    low, high = min(map(float, ends)), max(map(float, ends))
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _values(
    values: Any, like: torch.Tensor, low: float, high: float, shape: Sequence[int]
) -> data.Values:
    import torch

    words = described(values)[:300]
    finite = _finite(values)
    if not isinstance(values, torch.Tensor) or not len(finite):
        return data.Values(words=words)
    # By the expected values' own scale: another one is then seen as too dark, too bright or flat.
    darkest, brightest = _span([like])
    picture = None
    if values.numel() == shape[0] * shape[1]:
        level = (values.detach().double().reshape(*shape) - darkest) / (brightest - darkest)
        picture = _picture(level.nan_to_num(0.0))
    counts = torch.histc(finite, bins=BINS, min=low, max=high).int().tolist()
    return data.Values(
        picture=picture,
        words=words,
        lowest=finite.min().item(),
        highest=finite.max().item(),
        counts=tuple(counts),
    )


def _picture(levels: torch.Tensor) -> data.Picture:
    """`levels` (H, W), 0 for black and 1 for white; what is beyond is cut off."""
    import torch

    grey = (levels.clamp(0, 1) * 255).round().to(torch.uint8)
    pixels = base64.b64encode(grey.contiguous().numpy().tobytes()).decode()
    return data.Picture(width=grey.shape[1], height=grey.shape[0], pixels=pixels)
