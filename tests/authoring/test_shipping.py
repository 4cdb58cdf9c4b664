"""What goes out is on a list, and cut to what students may see."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.authoring.errors import AuthoringError
from autograder.authoring.shipping import shipped_files
from autograder.course import Assignment, Course

Changed = Callable[..., Course]


def test_the_list_is_all_there_is(shapes: Assignment) -> None:
    assert [file.name for file in shipped_files(shapes)] == [
        "README.md",
        "areas.py",
        "boxes.py",
        "checks/samples.py",
        "checks/test_areas.py",
        "checks/test_boxes.py",
        "probes.py",
        "requirements.txt",
        "train.py",
    ]


def test_each_file_is_cut(shapes: Assignment) -> None:
    files = {file.name: file for file in shipped_files(shapes)}
    assert "colleagues" not in files["README.md"].public
    assert "tiny_circle" not in files["probes.py"].public
    assert "answers" not in files["checks/test_areas.py"].public
    assert "quarter" not in files["areas.py"].public
    assert "quarter" in files["areas.py"].reference
    assert files["areas.py"].reference.count("SOLUTION") == 2  # as text
    assert files["train.py"].public == files["train.py"].source


def test_a_programme_is_optional_and_other_files_are_not(changed: Changed) -> None:
    shapes = changed().assignment("shapes")
    (shapes.folder / "train.py").unlink()
    assert "train.py" not in [file.name for file in shipped_files(shapes)]
    (shapes.folder / "requirements.txt").unlink()
    with pytest.raises(AuthoringError, match=r"requirements\.txt: expected a file, found none"):
        shipped_files(shapes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("areas.py", "", "def f():\n    pass\n"),
            "areas.py: expected a solution region, found none; mark what students write",
        ),
        (
            ("train.py", "", "### BEGIN SOLUTION\n### END SOLUTION\n"),
            "train.py:1: expected solutions in the course's modules only, found one here; "
            "move it, or hide it as tests",
        ),
        (
            ("probes.py", '# %% part="areas"', '# %% part="area"'),
            "probes.py:3: expected one of the parts areas, boxes, together, found 'area'; "
            "name one of them",
        ),
        (
            ("checks/test_boxes.py", "import pytest", "import pytest\nimport answers"),
            "checks/test_boxes.py:4: expected answers to be used by a public check, found hidden "
            "checks only; import it within the hidden region",
        ),
        (
            ("checks/test_areas.py", "import SIDES", "import (\n    SIDES,\n    OTHERS,\n)"),
            "OTHERS to be used by a public check, found hidden checks only; import it within the "
            "hidden region",
        ),
    ],
)
def test_what_does_not_fit_stops(
    changed: Changed, change: tuple[str, str, str], message: str
) -> None:
    with pytest.raises(AuthoringError) as caught:
        shipped_files(changed(change).assignment("shapes"))
    assert str(caught.value).endswith(message)


@pytest.mark.parametrize(
    "line",
    [
        "from answers import TINY\nprint(TINY)",
        "import answers\nprint(answers)",
        "from checks.answers import TINY\nprint(TINY)",
        "from checks import answers\nprint(answers)",
        "from .answers import *",
    ],
)
def test_helpers_go_out_with_whatever_imports_them(changed: Changed, line: str) -> None:
    course = changed(("checks/samples.py", "SIDES =", f"{line}\n\nSIDES ="))
    names = [file.name for file in shipped_files(course.assignment("shapes"))]
    assert "checks/answers.py" in names


def test_a_source_is_text(changed: Changed) -> None:
    shapes = changed().assignment("shapes")
    (shapes.folder / "train.py").write_bytes("# für\n".encode("latin-1"))
    with pytest.raises(AuthoringError, match=r"train\.py: expected text in UTF-8, found bytes"):
        shipped_files(shapes)


def test_line_ends_and_byte_order_marks_are_the_same_for_all(changed: Changed) -> None:
    shapes = changed().assignment("shapes")
    plain = {file.name: file.public for file in shipped_files(shapes)}
    path = shapes.folder / "areas.py"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert {file.name: file.public for file in shipped_files(shapes)} == plain
