"""Areas and boxes at once."""

### BEGIN HIDDEN TESTS
import pytest

from probes import floor


@pytest.mark.points(2)
@pytest.mark.hint("A box stands on one of its sides.")
def test_floor(probe, expect):
    """The floor times the height is the volume"""
    area, volume = probe(floor, sides=[2.0, 3.0, 5.0])
    expect.close(area * 5.0, volume, what="floor times height")


### END HIDDEN TESTS
