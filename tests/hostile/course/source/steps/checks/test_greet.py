import pytest

from probes import greeting


@pytest.mark.points(2)
def test_name(probe, expect):
    """The greeting holds the name."""
    expect.equal(probe(greeting, name="Ada"), "Hello Ada")
