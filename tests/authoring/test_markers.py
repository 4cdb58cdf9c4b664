"""What is a marker, what was meant to be one, and what is prose."""

from __future__ import annotations

import pytest

from autograder.authoring import markers
from autograder.authoring.markers import (
    BEGIN_HIDDEN,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_SOLUTION,
    MARKERS,
    Marker,
)


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_is_exact(marker: Marker) -> None:
    assert markers.marker_of(marker.text) is marker
    assert markers.meant_marker(marker.text) is None
    assert markers.counterpart(markers.counterpart(marker)) is marker


@pytest.mark.parametrize(
    ("comment", "meant"),
    [
        ("### BEGIN SOLUTIONS", BEGIN_SOLUTION),
        ("### begin solution", BEGIN_SOLUTION),
        ("### Begin Solution", BEGIN_SOLUTION),
        ("### BEGIN HIDDEN TEST", BEGIN_HIDDEN),
        ("### END HIDDEN TEST", END_HIDDEN),
        ("# BEGIN SOLUTION", BEGIN_SOLUTION),
        ("## END SOLUTION", END_SOLUTION),
        ("#### END SOLUTION", END_SOLUTION),
        ("###BEGIN SOLUTION", BEGIN_SOLUTION),
        ("###  BEGIN SOLUTION", BEGIN_SOLUTION),
        ("### BEGIN  SOLUTION", BEGIN_SOLUTION),
        ("###\tBEGIN SOLUTION", BEGIN_SOLUTION),
        ("###\N{NO-BREAK SPACE}BEGIN SOLUTION", BEGIN_SOLUTION),
        ("### BEGIN_SOLUTION", BEGIN_SOLUTION),
        ("### BEGINSOLUTION", BEGIN_SOLUTION),
        ("# ### BEGIN SOLUTION", BEGIN_SOLUTION),
        ("### BEGIN SOLUTION ###", BEGIN_SOLUTION),
        ("### BEGIN SOLUTION: the loop", BEGIN_SOLUTION),
        ("### END SOLUTION of exercise 2", END_SOLUTION),
        ("### BEGIN SOLUTON", BEGIN_SOLUTION),
        ("### BEGN SOLUTION", BEGIN_SOLUTION),
        ("### EDN SOLUTION", END_SOLUTION),
        ("### \N{CYRILLIC CAPITAL LETTER VE}EGIN SOLUTION", BEGIN_SOLUTION),
        ("### BEGIN HIDDENTESTS", BEGIN_HIDDEN),
        ("### BEGIN HIDEN TESTS", BEGIN_HIDDEN),
        ("### BEGIN HIDDEN", BEGIN_HIDDEN),
        ("### BEGIN TESTS", BEGIN_HIDDEN),
        ("### HIDDEN TESTS BEGIN", BEGIN_HIDDEN),
        ("### START SOLUTION", BEGIN_SOLUTION),
        ("### END OF SOLUTION", END_SOLUTION),
        ("### END OF THE MODEL SOLUTION", END_SOLUTION),
        ("### SOLUTION END", END_SOLUTION),
        ("# begin solution", BEGIN_SOLUTION),
        ("# x = 1  ### BEGIN HIDDEN TESTS", BEGIN_HIDDEN),
        ("<!-- ### END SOLUTION -->", END_SOLUTION),
    ],
)
def test_what_resembles_a_marker_was_meant_to_be_one(comment: str, meant: Marker) -> None:
    assert markers.marker_of(comment) is None
    assert markers.meant_marker(comment) is meant


@pytest.mark.parametrize(
    "comment",
    [
        "# The solution is in the last line.",
        "# Find solutions",
        "# Add solution to the list",
        "# Begin with the smallest image.",
        "# End of the test set",
        "# open test images",
        "# Close to the solution, but not quite",
        "# ## Solutions",
        "## Hidden tests look at the same functions",
        "### The end",
        "# %% [markdown]",
        "#!/usr/bin/env python",
        "#",
        "###",
    ],
)
def test_prose_is_no_marker(comment: str) -> None:
    assert markers.marker_of(comment) is None
    assert markers.meant_marker(comment) is None


@pytest.mark.parametrize(
    ("first", "second", "steps"),
    [("", "", 0), ("END", "", 3), ("END", "EDN", 1), ("BEGIN", "BEIN", 1), ("BEGIN", "END", 4)],
)
def test_distance_counts_steps(first: str, second: str, steps: int) -> None:
    assert markers.distance(first, second) == markers.distance(second, first) == steps
