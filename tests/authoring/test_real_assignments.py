"""The assignments of this repository can be released, and nothing of them leaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jupytext
import nbformat
import pytest

from autograder import course as courses
from autograder.authoring import release
from autograder.authoring.generated import kit_texts
from autograder.authoring.leaks import find_leaks
from autograder.authoring.listing import list_parts
from autograder.authoring.shipping import shipped_files
from autograder.authoring.verify import verify
from autograder.course import Assignment, Course


@pytest.fixture(scope="module")
def course(repository: Path) -> Course:
    return courses.load(repository / "course.yaml")


@pytest.fixture(scope="module")
def assignment(course: Course) -> Assignment:
    return course.assignment("mnist")


@pytest.fixture(scope="module")
def files(course: Course, assignment: Assignment) -> dict[str, bytes]:
    return release.build(course, assignment)


def test_nothing_leaks(assignment: Assignment, files: dict[str, bytes]) -> None:
    assert verify(assignment, files, run=False) == []


def test_what_leaks_on_purpose_is_found(assignment: Assignment, files: dict[str, bytes]) -> None:
    """Each source file that is not handed out as it is would be noticed."""
    folder = assignment.folder
    sources = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")}
    kept = {
        name: path.read_bytes()
        for name, path in sources.items()
        if files.get(f"release/mnist/{name}") != path.read_bytes()
    }
    assert {"transforms.py", "schema.py", "probes.py", "checks/test_model.py"} <= kept.keys()
    problems = find_leaks(shipped_files(assignment), folder, kit_texts(), kept)
    for name in kept:
        assert any(line.startswith(f"{name}: expected nothing that is kept") for line in problems)


@pytest.mark.parametrize("module", ["transforms", "loaders", "model", "training"])
@pytest.mark.parametrize("tree", ["release", "solutions"])
def test_notebook_and_script_hold_the_same(files: dict[str, bytes], module: str, tree: str) -> None:
    place = f"{tree}/mnist/{module}"
    script = jupytext.reads(files[f"{place}.py"].decode(), fmt="py:percent").cells
    cells = nbformat.reads(files[f"{place}.ipynb"].decode(), as_version=4).cells
    cells = [cell for cell in cells if "setup" not in cell.metadata.get("tags", [])]
    assert [(c.cell_type, c.source) for c in script] == [(c.cell_type, c.source) for c in cells]
    assert any("check(" in cell.source for cell in cells[-1:])


def test_stubs_say_what_is_to_be_written(files: dict[str, bytes]) -> None:
    names = ("transforms: build_transform", "loaders: split_train_val", "loaders: build_loaders")
    names += ("model: MLP", "training: train_one_epoch", "training: evaluate", "training: fit")
    code = b"".join(data for name, data in files.items() if name.startswith("release/mnist/"))
    for name in names:
        assert f'raise NotImplementedError("{name} is still to be written")'.encode() in code


def test_the_listing_is_what_pytest_collects(assignment: Assignment) -> None:
    """The release lists the checks by reading them, the grader by collecting them."""
    from autograder.grading.checks import list_checks

    collected = list_checks(assignment)
    assert {
        part.name: [(c.id, c.title, c.points, c.visible) for c in part.checks]
        for part in list_parts(assignment)
    } == {
        name: [(c.info.id, c.info.title, c.info.points, c.visible) for c in checks]
        for name, checks in collected.items()
    }


@pytest.mark.parametrize(
    ("mean", "std"), [("0.0", "1.0"), ("0.5", "0.5")], ids=["plain", "half and half"]
)
def test_other_settings_reach_the_handout(
    course_copy: Callable[..., Path], mean: str, std: str
) -> None:
    path = course_copy(("mean: 0.1307", f"mean: {mean}"), ("std: 0.3081", f"std: {std}"))
    other = courses.load(path)
    built = release.build(other, other.assignment("mnist"))
    assert f"MEAN = {mean}\nSTD = {std}\n".encode() in built["release/mnist/settings.py"]
    numbers = f"mean {float(mean):g}, std {float(std):g}"
    assert numbers.encode() in built["release/mnist/README.md"]
