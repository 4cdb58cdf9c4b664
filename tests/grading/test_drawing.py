"""The fixture `show`: right numbers from what is right, and no trouble from whatever comes."""

from __future__ import annotations

import io
import math

import pytest
import torch

from autograder.grading.drawing import BINS, Show
from autograder.grading.figures import Confusion, Curves, Gallery, Images, Order
from autograder.selfcheck.plain import Opaque

GIVEN = torch.arange(16, dtype=torch.uint8).view(4, 4) * 17


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def show(notes: list[str]) -> Show:
    return Show(True, notes.append)


def the_images(show: Show) -> Images:
    [figure] = show.figures
    assert isinstance(figure, Images)
    return figure


def test_an_image_is_drawn_on_the_scale_of_what_was_expected(show: Show) -> None:
    expected = GIVEN.double().view(1, 4, 4) / 255 * 2 - 1
    show.images("An image", GIVEN, expected.float() / 2, expected)
    figure = the_images(show)
    assert figure.given.rows() == bytes(GIVEN.flatten().tolist())
    assert figure.expected is not None
    assert figure.expected.picture is not None
    assert figure.expected.picture.rows() == figure.given.rows()
    # -0.5 to 0.5 on a scale from -1 to 1.
    assert figure.found.picture is not None
    assert [figure.found.picture.rows()[place] for place in (0, 15)] == [64, 191]
    assert (figure.low, figure.high) == (-1.0, 1.0)
    assert (figure.found.lowest, figure.found.highest) == (-0.5, 0.5)
    assert len(figure.found.counts) == BINS
    assert sum(figure.found.counts) == sum(figure.expected.counts) == 16
    assert figure.found.counts[0] == 0 < figure.expected.counts[0]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "None"),
        (Opaque("PIL.Image.Image"), "an object of type PIL.Image.Image"),
        ([1, 2], "[1, 2] (type list)"),
        (torch.zeros(3), "a tensor of shape (3,): [0.0, 0.0, 0.0]"),
        (torch.full((4, 4), math.nan), "a tensor of shape (4, 4): [nan, nan, nan, nan, nan, …]"),
        (torch.zeros(0), "a tensor of shape (0,): []"),
    ],
)
def test_what_is_no_image_is_said_in_words(show: Show, found: object, words: str) -> None:
    show.images("An image", GIVEN, found, GIVEN / 255)
    figure = the_images(show)
    assert figure.found.picture is None
    assert figure.found.words == words


def test_infinities_and_wide_values_are_cut_off(show: Show) -> None:
    found = torch.tensor([1e300, -1e300, math.inf, math.nan] * 4, dtype=torch.float64)
    show.images("An image", GIVEN, found, GIVEN / 255)
    figure = the_images(show)
    assert figure.found.picture is not None
    assert figure.found.picture.rows()[:2] == b"\xff\x00"
    assert sum(figure.found.counts) == 8


@pytest.mark.parametrize(
    "found", [torch.zeros(4, 4, dtype=torch.complex64), torch.zeros(4, 4, dtype=torch.bool)]
)
def test_odd_numbers_end_no_check(show: Show, notes: list[str], found: torch.Tensor) -> None:
    show.images("An image", GIVEN, found, GIVEN / 255)
    assert len(show.figures) + len(notes) == 1


def test_what_cannot_be_drawn_is_left_out_and_noted(show: Show, notes: list[str]) -> None:
    show.order("An order", {"one": "abc"}, size=3)  # type: ignore[dict-item]
    show.confusion("A table", ["a", "b"], [[1]])
    show.curves("Lines", {"loss": "many"}, {}, x="epoch", y="loss")
    show.gallery("Pictures", torch.zeros(2, 4, 4), ["a"], ["b"])
    assert show.figures == []
    assert [note.partition(":")[0] for note in notes] == ["a figure was left out"] * 4


def test_curves_keep_the_numbers_among_whatever_fit_returned(show: Show) -> None:
    lines = {"training": [0.5, math.nan, "x", True, 0.25], "validation": None}
    show.curves("Loss", lines, {"training": ([0.1], [0.9])}, x="epoch", y="loss")
    [figure] = show.figures
    assert isinstance(figure, Curves)
    [curve] = figure.curves
    assert curve.values == (0.5, None, None, None, 0.25)
    assert (curve.low, curve.high) == ((0.1,), (0.9,))


def test_only_what_is_always_shown_stays_where_a_check_passes(show: Show) -> None:
    show.order("An order", {"one": [1, 0]}, size=2)
    show.confusion("A table", ["a", "b"], [[3, 1], [0, 4]], always=True)
    assert [type(one) for one in show.kept(passed=False)] == [Order, Confusion]
    assert [type(one) for one in show.kept(passed=True)] == [Confusion]


def test_a_figure_takes_the_place_of_one_of_its_title(show: Show) -> None:
    for first in (1, 2):
        show.order("An order", {"one": [first, 0]}, size=3)
    [figure] = show.figures
    assert isinstance(figure, Order)
    assert figure.sequences[0].places == (2, 0)
    for number in range(9):
        show.order(f"Order {number}", {"one": [0]}, size=3)
    assert [one.title for one in show.figures] == [f"Order {number}" for number in range(5, 9)]


def test_of_a_hidden_check_nothing_is_public_unless_it_says_so() -> None:
    show = Show(False, io.StringIO().write)
    show.gallery("Quiet", GIVEN[None], ["4"], ["9"])
    show.gallery("Open", GIVEN[None], ["4"], ["9"], public=True)
    assert [one.public for one in show.figures] == [False, True]
    assert all(isinstance(one, Gallery) for one in show.figures)
