"""A release that leaks, crashes or fails its own reference is caught before it is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring import release
from autograder.authoring.errors import AuthoringError
from autograder.authoring.verify import notebook_problems, verify
from autograder.course import Assignment, Course

Changed = Callable[..., Course]


def test_the_shapes_are_fine(shapes: Assignment, shapes_files: dict[str, bytes]) -> None:
    assert verify(shapes, shapes_files, run=False) == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "notes.md",
            "hello\n",
            "notes.md: expected a file that is meant for students, found it in the release",
        ),
        ("areas.py", "x = (\n", "areas.py: expected Python that can be parsed, found: '(' was"),
        (
            "train.py",
            "from autograder import course\n",
            "train.py: expected imports that students can make, found one of the autograder",
        ),
        (
            "train.py",
            "import os, autograder.data\n",
            "train.py: expected imports that students can make, found one of the autograder",
        ),
        ("train.py", "return longer * shorter\n", "train.py: expected nothing that is kept from"),
        ("areas.ipynb", "{}\n", "areas.ipynb: expected a notebook that nbgrader accepts, found: "),
    ],
)
def test_a_bad_file_is_told(
    shapes: Assignment, shapes_files: dict[str, bytes], name: str, content: str, message: str
) -> None:
    files = {**shapes_files, f"release/shapes/{name}": content.encode()}
    assert verify(shapes, files, run=False)[0].startswith(message)


def edited(shapes_files: dict[str, bytes], **cell: object) -> list[str]:
    notebook = json.loads(shapes_files["release/shapes/areas.ipynb"])
    notebook["cells"][-1].update(cell)
    return list(notebook_problems("areas.ipynb", json.dumps(notebook).encode()))


def test_notebooks_hold_nothing_but_their_cells(shapes_files: dict[str, bytes]) -> None:
    assert edited(shapes_files) == []
    output = {"name": "stdout", "output_type": "stream", "text": "6"}
    assert edited(shapes_files, outputs=[output]) == [
        "areas.ipynb: expected cells without outputs, found some in check-areas"
    ]
    assert edited(shapes_files, execution_count=3) == [
        "areas.ipynb: expected cells without outputs, found some in check-areas"
    ]
    assert edited(shapes_files, metadata={"answer": 42}) == [
        "areas.ipynb: expected no other metadata, found answer"
    ]
    twice = {"nbgrader": {"schema_version": 3, "grade_id": "circle_area", "points": 1.0}}
    twice["nbgrader"] |= {"grade": True, "solution": False, "locked": True, "task": False}
    assert edited(shapes_files, metadata=twice) == [
        "areas.ipynb: expected a notebook that nbgrader accepts, found: "
        "Duplicate grade id: circle_area"
    ]


@pytest.mark.slow
def test_a_good_release_runs_with_stubs_and_reference(
    shapes: Assignment, shapes_files: dict[str, bytes], tmp_path: Path
) -> None:
    assert verify(shapes, shapes_files, data_root=tmp_path) == []


@pytest.mark.slow
def test_what_goes_wrong_while_running_is_told(changed: Changed, tmp_path: Path) -> None:
    course = changed(
        ("areas.py", "return longer * shorter", "return longer + shorter"),
        ("areas.py", "#     print(rectangle_area(WIDTH, 2.0))", "#     print(rectangle)"),
        (
            "boxes.py",
            "        small, middle",
            "        raise NotImplementedError('boxes: Box is "
            "still to be written')\n        small, middle",
        ),
        (
            "checks/test_boxes.py",
            "    expect.close(probe(box_volume",
            "    return\n    expect.close(probe(box_volume",
        ),
    )
    shapes = course.assignment("shapes")
    problems = verify(shapes, release.build(course, shapes), data_root=tmp_path)
    for where, what in (
        ("self-check of stubs with a line added", "boxes::box: expected 'not attempted', found"),
        ("self-check of the reference as scripts", "areas::rectangle: expected 'passed', found"),
        ("self-check of the reference as notebooks", "areas::rectangle: expected 'passed', found"),
        ("self-check of the reference as scripts", "boxes::stack: expected 'passed', found 'not"),
        ("areas.ipynb with stubs", "expected it to run to its end, found cell 6: NameError: "),
        ("areas.ipynb with the reference", "expected 6.5 points for areas, found 0.0"),
        ("boxes.ipynb with the reference", "expected nothing left to write, found '"),
    ):
        assert any(line.startswith(f"{where}: {what}") for line in problems), (where, problems)


@pytest.mark.slow
def test_nothing_is_written_where_running_fails(changed: Changed) -> None:
    course = changed(("probes.py", '"""Brings', 'import nowhere\n\n"""Brings'))
    with pytest.raises(AuthoringError, match=r"expected checks that run, found "):
        release.write(course, course.assignment("shapes"))
    assert not (course.root / "release").exists()
