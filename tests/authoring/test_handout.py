"""The handout's numbers come from the course."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.errors import AuthoringError
from autograder.authoring.handout import render_handout
from autograder.authoring.listing import list_parts
from autograder.course import Assignment, Course

BADGE = (
    "[![Open boxes.ipynb in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/example/shapes/blob/main/release/shapes/boxes.ipynb)"
)


def rendered(course: Course, shapes: Assignment, template: str) -> str:
    return render_handout(template, Path("README.md"), course, shapes, list_parts(shapes))


def test_numbers_read_as_people_write_them(shapes_course: Course, shapes: Assignment) -> None:
    template = "{{ parts[0].points }} {{ settings.width }} {{ parts[0].public_points() }}"
    text = rendered(shapes_course, shapes, template)
    assert text.endswith("10 3.5 6.5")


def test_badges_come_below_the_title_or_where_they_are_put(
    shapes_course: Course, shapes: Assignment
) -> None:
    text = rendered(shapes_course, shapes, "# Title\n\nHere: {{ badge('boxes') }}\n")
    assert text.count(BADGE) == 1
    title, nothing, areas, rest = text.split("\n", 3)
    assert (title, nothing) == ("# Title", "")
    assert areas.startswith("[![Open areas.ipynb in Colab]")
    assert rest == f"\nHere: {BADGE}\n"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "# T\n\n{{ settings.heigth }}\n",
            "README.md:3: expected a template that can be filled in, found UndefinedError: ",
        ),
        (
            "{% for x in y %}\n",
            "README.md:1: expected a template that can be filled in, found UndefinedError: 'y' is "
            "undefined; use names that the handout has",
        ),
        ("a\n{{ badge('circles') }}\n", "README.md:2: expected a template that can be filled in, "),
        ("a\n\n{% if %}\n", "README.md:3: expected Jinja2, found Expected an expression"),
    ],
)
def test_a_mistake_in_the_template_has_a_line(
    shapes_course: Course, shapes: Assignment, template: str, message: str
) -> None:
    if "for x" in template:
        template += "{% endfor %}"
    with pytest.raises(AuthoringError) as caught:
        rendered(shapes_course, shapes, template)
    assert str(caught.value).startswith(message)
