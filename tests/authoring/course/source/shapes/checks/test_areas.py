"""Rectangles and circles."""

import pytest
from samples import SIDES

from probes import rectangle


@pytest.mark.points(4)
@pytest.mark.hint("Think of a carpet.")
def test_rectangle(probe, expect):
    """A rectangle has the area that its sides give"""
    for width, height in SIDES:
        found = probe(rectangle, width=width, height=height)
        expect.close(found, width * height, what="the area")


@pytest.mark.points(2.5)
@pytest.mark.hint("The number is in settings.py.")
def test_rectangle_of_the_course(probe, expect, settings):
    """The course's width is taken as it is"""
    found = probe(rectangle, width=settings.width, height=1.0)
    expect.close(found, settings.width, what="the area")


### BEGIN HIDDEN TESTS
from answers import TINY  # noqa: E402

from probes import tiny_circle  # noqa: E402


@pytest.mark.points(3.5)
@pytest.mark.hint("Small things have small areas.")
def test_tiny_circle(probe, expect):
    """Circles can be tiny"""
    expect.close(probe(tiny_circle), TINY, what="the area", atol=0.0)


### END HIDDEN TESTS
