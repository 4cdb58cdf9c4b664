"""A course that is released in a second: tests read it, and change copies of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import course as courses
from autograder.authoring import release
from autograder.course import Assignment, Course

SHAPES = Path(__file__).parent / "course"
collect_ignore = ["course"]


@pytest.fixture(scope="session")
def shapes_course() -> Course:
    return courses.load(SHAPES / "course.yaml")


@pytest.fixture(scope="session")
def shapes(shapes_course: Course) -> Assignment:
    return shapes_course.assignment("shapes")


@pytest.fixture(scope="session")
def shapes_files(shapes_course: Course, shapes: Assignment) -> dict[str, bytes]:
    """What a release of the shapes holds; not to be changed."""
    return release.build(shapes_course, shapes)


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Course]:
    """A copy of the course, with texts of files of `source/shapes/` replaced on the way.

    Each change is (file, old, new); an empty `old` puts `new` in place of the whole file.
    """

    def copy(*changes: tuple[str, str, str]) -> Course:
        root = tmp_path / "changed"
        if not root.exists():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(SHAPES, root, ignore=ignored)
        for name, old, new in changes:
            path = root / "source" / "shapes" / name
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            assert not old or text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
            path.write_text(text.replace(old, new) if old else new, encoding="utf-8", newline="\n")
        return courses.load(root / "course.yaml")

    return copy
