"""Pictures: the PNGs are what Pillow reads, marks stand where the numbers say, words say it too."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image

from autograder.grading.figures import (
    Confusion,
    Curve,
    Curves,
    Gallery,
    Images,
    Mistake,
    Order,
    Picture,
    Sequence,
    Values,
)
from autograder.reports.figure_words import commonest_mistakes, words_of_figure
from autograder.reports.geometry import CURVES, ORDER, histogram_path, order_dots, plot_of, zero_of
from autograder.reports.png import data_uri, png

GREYS = bytes([0, 50, 100, 150, 200, 255])
PICTURE = Picture(width=3, height=2, pixels=base64.b64encode(GREYS).decode())


def numbers(path: str) -> list[tuple[float, float]]:
    found = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]
    return list(zip(found[::2], found[1::2], strict=True))


def test_pillow_reads_what_was_drawn() -> None:
    image = Image.open(io.BytesIO(png(PICTURE)))
    image.load()
    assert (image.size, image.mode, image.tobytes()) == ((3, 2), "L", GREYS)
    assert data_uri(PICTURE) == f"data:image/png;base64,{base64.b64encode(png(PICTURE)).decode()}"


def test_a_histogram_is_as_high_as_its_counts() -> None:
    assert histogram_path(Values(counts=(0, 4, 1, 0))) == "M0 48V48H40V0H80V24H120V48H160V48Z"
    assert histogram_path(Values(counts=(0, 0))) == histogram_path(Values()) == ""


@pytest.mark.parametrize(
    ("low", "high", "at"), [(-1.0, 3.0, 40.0), (0.0, 1.0, 0.0), (0.5, 1, None)]
)
def test_zero_stands_on_the_axis_of_the_values(low: float, high: float, at: float | None) -> None:
    figure = Images(
        title="i", public=True, given=PICTURE, found=Values(), expected=None, low=low, high=high
    )
    assert zero_of(figure) == at


def test_an_order_that_was_not_changed_is_the_diagonal() -> None:
    dots = [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)h0", straight())]
    assert dots == [(0, ORDER), (ORDER / 2, ORDER / 2), (ORDER, 0)]


def straight() -> str:
    return order_dots(Sequence(name="a", places=(0, 1, 2)), size=3)


def test_curves_and_their_bands_share_the_axes() -> None:
    figure = Curves(
        title="c", public=True, x="epoch", y="loss",
        curves=(
            Curve(name="training", values=(0.4, 0.1), low=(0.3, 0.1), high=(0.5, 0.2)),
            Curve(name="validation", values=(None, 0.2)),
        ),
    )  # fmt: skip
    plot = plot_of(figure)
    (line, band, points), (other, no_band, _) = plot.lines
    width, height = CURVES
    assert [tick.text for tick in plot.y_ticks] == ["0.1", "0.2", "0.3", "0.4", "0.5"]
    assert numbers(line) == [(width / 4, height / 4), (3 * width / 4, height)]
    assert points == tuple(numbers(line))
    assert numbers(other) == [(3 * width / 4, round(height * 0.75, 1))]
    assert [x for x, _ in numbers(band)] == [width / 4, 3 * width / 4, 3 * width / 4, width / 4]
    assert no_band == ""
    assert [tick.text for tick in plot.x_ticks] == ["1", "2"]


@pytest.mark.parametrize("values", [(0.0,), (None,), (5.0, 5.0), (1e-12, 1e12), (-1e300, 1e300)])
def test_any_curve_can_be_drawn(values: tuple[float | None, ...]) -> None:
    figure = Curves(title="c", public=True, x="x", y="y", curves=(Curve(name="a", values=values),))
    for tick in plot_of(figure).y_ticks:
        assert -1 <= tick.at <= CURVES[1] + 1


def test_figures_in_words() -> None:
    found = Values(words="a float tensor", lowest=-0.42421, highest=2.8215, counts=(1,))
    images = Images(
        title="i", public=True, given=PICTURE, found=found, expected=Values(lowest=-1, highest=1),
        low=-1, high=3,
    )  # fmt: skip
    assert words_of_figure(images) == (
        "Found: values from -0.4242 to 2.821. Expected: values from -1 to 1."
    )
    nothing = images.model_copy(update={"found": Values(words="None"), "expected": None})
    assert words_of_figure(nothing) == "Found: values None."
    places = (Sequence(name="Epoch 1", places=tuple(range(9))),)
    order = Order(title="o", public=True, size=9, sequences=places + places[:1])
    again = Sequence(name="Epoch 2", places=places[0].places)
    assert words_of_figure(order.model_copy(update={"sequences": (*places, again)})) == (
        "Epoch 1: 0, 1, 2, 3, 4, 5, 6, 7, …. Epoch 2: 0, 1, 2, 3, 4, 5, 6, 7, …. "
        "Epoch 1 keeps the order that the samples had before. "
        "Epoch 2 has the same order as Epoch 1."
    )
    curves = Curves(
        title="c", public=True, x="epoch", y="loss",
        curves=(Curve(name="yours", values=(0.5, None), low=(0.25,), high=(0.75,)),),
    )  # fmt: skip
    assert words_of_figure(curves) == "loss by epoch. yours: 0.5, – (the reference: 0.25–0.75)."
    gallery = Gallery(
        title="g", public=True, mistakes=(Mistake(picture=PICTURE, label="4", said="9"),)
    )
    assert words_of_figure(gallery) == "4 taken for 9."
    assert words_of_figure(gallery.model_copy(update={"mistakes": ()})) == (
        "No mistakes among these."
    )


def test_a_confusion_names_its_commonest_mistakes() -> None:
    figure = Confusion(
        title="m", public=True, names=("a", "b", "c"), counts=((5, 1, 0), (3, 7, 2), (0, 4, 978))
    )
    assert commonest_mistakes(figure) == [("c", "b", 4), ("b", "a", 3), ("b", "c", 2)]
    assert words_of_figure(figure) == (
        "990 of 1,000 right. Most often: c taken for b, 4 times; b taken for a, 3 times; "
        "b taken for c, 2 times."
    )
