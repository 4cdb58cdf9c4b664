"""A notebook is its script, with nbgrader's metadata and the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest

from autograder.authoring import notebooks
from autograder.authoring.errors import AuthoringError
from autograder.course import Assignment

SETUP = "import sys"


def made(text: str, **points: float) -> notebooks.Notebooks:
    return notebooks.make_notebooks(text, Path("areas.py"), "areas", points, SETUP)


def read(text: str) -> Any:
    return nbformat.reads(text, as_version=4)


@pytest.fixture
def source(shapes: Assignment) -> str:
    return (shapes.folder / "areas.py").read_text(encoding="utf-8")


def test_nbgrader_knows_each_kind_of_cell(source: str) -> None:
    cells = read(made(source, areas=6.5).release).cells
    described = {cell.id: cell.metadata.get("nbgrader", {}) for cell in cells}
    assert list(described) == [
        "areas-text-01",
        "areas-setup",
        "areas-code-02",
        "areas-code-03",
        "rectangle_area",
        "areas-code-05",
        "areas-text-06",
        "circle_area",
        "check-areas",
    ]
    kinds = {
        name: [key for key in ("grade", "locked", "solution") if meta[key]]
        for name, meta in described.items()
        if meta
    }
    assert kinds == {
        "areas-text-01": ["locked"],
        "areas-setup": ["locked"],
        "rectangle_area": ["solution"],
        "areas-text-06": ["locked"],
        "circle_area": ["solution"],
        "check-areas": ["grade", "locked"],
    }
    assert described["check-areas"]["points"] == 6.5
    assert all("checksum" in meta for meta in described.values() if meta)
    locked = {cell.id: cell.metadata.get("editable", True) for cell in cells}
    assert not locked["check-areas"]
    assert not locked["areas-text-01"]
    assert locked["rectangle_area"]


def test_the_setup_cell_comes_first_of_all_code(source: str) -> None:
    cells = read(made(source).release).cells
    first = next(cell for cell in cells if cell.cell_type == "code")
    assert (first.source, first.metadata.tags) == (SETUP, ["setup"])


def test_the_reference_differs_in_the_solution_cells_only(source: str) -> None:
    both = made(source)
    release, reference = read(both.release).cells, read(both.reference).cells
    differing = [
        stub.id for stub, full in zip(release, reference, strict=True) if stub.source != full.source
    ]
    assert differing == ["rectangle_area", "circle_area"]
    assert [cell.metadata for cell in release] == [cell.metadata for cell in reference]
    assert "### BEGIN SOLUTION\n    quarter" not in reference[7].source
    assert "    assert pattern\n    quarter = math.pi / 4\n" in reference[7].source


@pytest.mark.parametrize("module", ["areas", "boxes"])
@pytest.mark.parametrize("tree", ["release", "solutions"])
def test_notebook_and_script_hold_the_same(
    shapes_files: dict[str, bytes], module: str, tree: str
) -> None:
    place = f"{tree}/shapes/{module}"
    script = jupytext.reads(shapes_files[f"{place}.py"].decode(), fmt="py:percent").cells
    cells = read(shapes_files[f"{place}.ipynb"].decode()).cells
    cells = [cell for cell in cells if "setup" not in cell.metadata.get("tags", [])]
    assert [(c.cell_type, c.source) for c in script] == [(c.cell_type, c.source) for c in cells]


def test_the_same_script_gives_the_same_bytes(source: str) -> None:
    assert made(source) == made(source)
    assert "\r" not in made(source).release


def test_a_marker_within_a_string_reaches_the_notebook(source: str) -> None:
    cells = {cell.id: cell.source for cell in read(made(source).release).cells}
    assert '"""\n    ### BEGIN SOLUTION\n    """\n    assert pattern\n' in cells["circle_area"]
    assert cells["circle_area"].endswith('circle_area is still to be written")')


STUB = "def {}():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "# %%\n" + STUB.format("f") + STUB.format("g"),
            "areas.py:7: expected one function or class to write in a cell, found a second one; "
            "make it two cells",
        ),
        (
            "# %%\ndef f():\n    ### BEGIN SOLUTION\n    x = 1\n# %%\n    return x\n"
            "    ### END SOLUTION\n",
            "areas.py:3: expected a solution within one cell, found it in two; "
            "move the cell's header out of it",
        ),
        (
            "# %%\n### BEGIN HIDDEN TESTS\nx = 1\n### END HIDDEN TESTS\n",
            "areas.py:2: expected hidden tests in checks/ and probes.py only, found them in a "
            "module; move them there",
        ),
        (
            "# %%\n" + STUB.format("f") + "# %%\n" + STUB.format("f"),
            "areas.py: expected one cell for 'f', found 2; put both into one cell, or drop one",
        ),
        (
            "# %%\ncheck('a')\n# %%\nx = 1\ncheck('a')\n",
            "areas.py: expected one cell for 'check-a', found 2; "
            "put both into one cell, or drop one",
        ),
    ],
)
def test_what_nbgrader_can_not_do_stops(text: str, message: str) -> None:
    with pytest.raises(AuthoringError) as caught:
        made(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("from selfcheck import check\n\ncheck('a')", "a"),
        ("check('a')\nx = 1", None),
        ("check(a)", None),
        ("check(1)", None),
        ("check()", None),
        ("self.check('a')", None),
        ("%matplotlib inline", None),
        ("", None),
    ],
)
def test_a_cell_that_ends_with_a_check_is_graded(source: str, part: str | None) -> None:
    assert notebooks.graded_part(source) == part
