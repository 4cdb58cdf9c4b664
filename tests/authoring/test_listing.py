"""The checks are listed from their files, and what they lack is told with its line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.authoring import listing
from autograder.authoring.errors import AuthoringError
from autograder.course import Assignment, Course
from autograder.selfcheck.manifest import ListedCheck

Changed = Callable[..., Course]


def test_checks_are_listed_with_points_and_titles(shapes: Assignment) -> None:
    areas, boxes, together = listing.list_parts(shapes)
    assert areas.checks == (
        ListedCheck("areas::rectangle", "A rectangle has the area that its sides give", 4.0, True),
        ListedCheck(
            "areas::rectangle_of_the_course", "The course's width is taken as it is", 2.5, True
        ),
        ListedCheck("areas::tiny_circle", "Circles can be tiny", 3.5, False),
    )
    assert (areas.public_points(), boxes.public_points(), together.public_points()) == (6.5, 5, 0)
    assert together.modules == ("areas", "boxes")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "@pytest.mark.points(3)\n",
            "",
            "test_boxes.py:9: expected @pytest.mark.points(number) on test_box, found none; "
            "say what the check is worth",
        ),
        (
            "points(3)",
            "points(THREE)",
            "test_boxes.py:10: expected @pytest.mark.points(number) on test_box, found none; "
            "say what the check is worth",
        ),
        (
            '    """A box has a volume"""\n',
            "",
            "test_boxes.py:10: expected test_box to have a docstring, found none; "
            "add one: students read its first line",
        ),
        (
            "def test_stack",
            "def test_box",
            "test_boxes.py:17: expected each check once, found test_box again; rename one of the "
            "two",
        ),
        (
            "@pytest.mark.points(3)",
            "@pytest.mark.parametrize('x', [1])\n@pytest.mark.points(3)",
            "test_boxes.py:11: expected one check a function, found @pytest.mark.parametrize; "
            "loop over the cases within the check",
        ),
        (
            "@pytest.mark.points(3)",
            "class TestMore:\n    pass\n\n\n@pytest.mark.points(3)",
            "test_boxes.py:8: expected checks that are functions, found the class TestMore; "
            "make its methods functions",
        ),
        (
            "points(3)",
            "points(2)",
            "test_boxes.py: expected checks for 5 points, as in course.yaml, found 4; "
            "change the points markers or course.yaml",
        ),
    ],
)
def test_what_a_check_lacks_is_told(changed: Changed, old: str, new: str, message: str) -> None:
    course = changed(("checks/test_boxes.py", old, new))
    with pytest.raises(AuthoringError) as caught:
        listing.list_parts(course.assignment("shapes"))
    assert str(caught.value).endswith("source/shapes/checks/" + message)


def test_a_part_needs_checks(changed: Changed) -> None:
    shapes = changed().assignment("shapes")
    listing.check_file(shapes, shapes.part("together")).unlink()
    with pytest.raises(AuthoringError) as caught:
        listing.list_parts(shapes)
    assert str(caught.value).endswith(
        "test_together.py: expected a file with checks, found none; "
        "write the checks of the part 'together' there"
    )
