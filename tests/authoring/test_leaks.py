"""What is kept from students is found wherever it turns up, and common lines are no alarm."""

from __future__ import annotations

import json

import pytest

from autograder.authoring import leaks
from autograder.authoring.generated import kit_texts
from autograder.authoring.shipping import Shipped, shipped_files
from autograder.course import Assignment

SECRET = "    return longer * shorter"
HIDDEN = '    expect.close(probe(tiny_circle), TINY, what="the area", atol=0.0)'


@pytest.fixture
def shipped(shapes: Assignment) -> list[Shipped]:
    return shipped_files(shapes)


def found(shapes: Assignment, shipped: list[Shipped], name: str, text: str) -> list[str]:
    return leaks.find_leaks(shipped, shapes.folder, kit_texts(), {name: text.encode()})


def test_secret_is_what_is_kept_back(shapes: Assignment, shipped: list[Shipped]) -> None:
    files = {secret.path.name for secret in leaks.secrets_of(shipped, shapes.folder)}
    assert files == {
        *("areas.py", "boxes.py", "probes.py", "test_areas.py", "README.md"),
        *("schema.py", "notes.txt", "answers.py", "test_together.py"),
    }
    texts = {secret.text for secret in leaks.secrets_of(shipped, shapes.folder)}
    assert {SECRET, HIDDEN, "TINY = 3.141592653589793e-18"} <= texts
    assert "    # Two sides are all you need." not in texts


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        SECRET.strip(),
        "x = 1; return longer*shorter  # quick",
        "#     return  longer  *  shorter",
        "\x1b[32mreturn\x1b[0m longer \x1b[1m*\x1b[0m shorter",
        "return longer *\n    shorter",
        "Ask in the exam why a circle has no corners.",
        "For colleagues: the third box is the hard one.",
        HIDDEN,
    ],
)
def test_a_secret_is_found_however_it_is_laid_out(
    shapes: Assignment, shipped: list[Shipped], text: str
) -> None:
    assert len(found(shapes, shipped, "areas.py", f"before\n{text}\nafter\n")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "import math",
        "import pytest",
        "else:",
        "float,",
        "# YOUR CODE HERE",
        "return longer",
        "shorter = 1",
        "no_return longer * shorter_still",
        "def rectangle_area(width: float, height: float) -> float:",
    ],
)
def test_what_is_public_or_says_nothing_is_no_leak(
    shapes: Assignment, shipped: list[Shipped], text: str
) -> None:
    assert found(shapes, shipped, "areas.py", f"before\n{text}\nafter\n") == []


def notebook(**cell: object) -> str:
    cells = [{"cell_type": "code", "source": ["x = 1"], "metadata": {}, "outputs": [], **cell}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize(
    "text",
    [
        notebook(source=["def f():\n", "    return longer ", "* shorter"]),
        notebook(metadata={"hint": SECRET}),
        notebook(metadata={SECRET: 1}),
        notebook(outputs=[{"output_type": "stream", "text": ["longer\n", SECRET]}]),
        notebook(outputs=[{"data": {"text/html": f"<pre>{SECRET}</pre>"}}]),
        notebook(outputs=[{"traceback": [f"\x1b[0;31m----> 3{SECRET}\x1b[0m"]}]),
        notebook(attachments={"x": {"text/plain": SECRET}}),
    ],
)
def test_a_secret_is_found_anywhere_in_a_notebook(
    shapes: Assignment, shipped: list[Shipped], text: str
) -> None:
    [problem] = found(shapes, shipped, "areas.ipynb", text)
    assert "line 20 of " in problem
    assert "source/shapes/areas.py ('return longer * shorter')" in problem


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("    0.1931,", False),
        ("1e-05, -3.5e+2", False),
        ("else:", False),
        ("float,", False),
        ("mean = 0.1307", True),
        ("return longer * shorter", True),
    ],
)
def test_what_says_something(line: str, says: bool) -> None:
    assert leaks.says_something(line) == says


def test_many_leaks_are_told_in_a_few_lines(shapes: Assignment, shipped: list[Shipped]) -> None:
    source = (shapes.folder / "schema.py").read_text(encoding="utf-8")
    problems = found(shapes, shipped, "schema.py", source)
    assert len(problems) == 4
    assert problems[-1].startswith("schema.py: … and ")


@pytest.mark.parametrize(
    "line", ["### BEGIN HIDDEN TESTS", "    ### end solution", "# END SOLUTION"]
)
def test_a_marker_that_is_left_is_told(
    shapes: Assignment, shipped: list[Shipped], line: str
) -> None:
    [problem] = found(shapes, shipped, "probes.py", f"x = 1\n{line}\n")
    assert problem.startswith("probes.py: expected no marker of a region, found ")


def test_a_marker_in_a_public_string_is_none(shapes: Assignment, shipped: list[Shipped]) -> None:
    text = 'pattern = """\n    ### BEGIN SOLUTION\n"""\n'
    assert found(shapes, shipped, "areas.py", text) == []


def test_bytes_that_are_no_text_are_told(shapes: Assignment, shipped: list[Shipped]) -> None:
    [problem] = leaks.find_leaks(shipped, shapes.folder, [], {"x.png": b"\x89PNG\xff"})
    assert problem == "x.png: expected text, found other bytes; keep it out of the release"
