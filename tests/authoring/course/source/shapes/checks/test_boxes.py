"""Boxes, alone and stacked."""

import pytest

from probes import box_volume, stack_volume


@pytest.mark.points(3)
@pytest.mark.hint("Fill it with sand.")
def test_box(probe, expect):
    """A box has a volume"""
    expect.close(probe(box_volume, sides=[1.0, 2.0, 3.0]), 6.0, what="the volume")


@pytest.mark.points(2)
@pytest.mark.hint("Two boxes, twice the sand.")
def test_stack(probe, expect, settings):
    """A stack has the volume of its boxes"""
    found = probe(stack_volume, sides=[1.0, 1.0, 2.0], count=settings.count)
    expect.close(found, 2.0 * settings.count, what="the volume")
