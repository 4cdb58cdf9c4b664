"""A release is the same everywhere, and is written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring import release, verify
from autograder.authoring.errors import AuthoringError
from autograder.course import Assignment, Course

Changed = Callable[..., Course]

DIGEST = """
import hashlib, sys
from pathlib import Path
from autograder import course as courses
from autograder.authoring import release, verify
course = courses.load(Path(sys.argv[1]))
files = release.build(course, course.assignment("shapes"))
print(hashlib.sha256(b"".join(n.encode() + d for n, d in files.items())).hexdigest())
"""


def digest(files: dict[str, bytes]) -> str:
    content = b"".join(name.encode() + data for name, data in files.items())
    return hashlib.sha256(content).hexdigest()


def test_every_process_in_every_place_builds_the_same_bytes(
    shapes_files: dict[str, bytes], changed: Changed
) -> None:
    root = changed().root
    done = subprocess.run(
        [sys.executable, "-c", DIGEST, str(root / "course.yaml")],
        env={**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == digest(shapes_files)


def test_a_release_holds_these_files(shapes_files: dict[str, bytes]) -> None:
    names = set(release.files_below(shapes_files, "release/shapes"))
    package = {name for name in names if name.startswith("selfcheck/")}
    assert {"selfcheck/__init__.py", "selfcheck/plugin.py", "selfcheck/manifest.json"} < package
    assert names - package == {
        *("areas.py", "areas.ipynb", "boxes.py", "boxes.ipynb", "train.py", "probes.py"),
        *("checks/samples.py", "checks/test_areas.py", "checks/test_boxes.py"),
        *("README.md", "requirements.txt", "conftest.py", "pytest.ini", "settings.py"),
    }
    assert set(release.files_below(shapes_files, "solutions/shapes")) == {
        *("areas.py", "areas.ipynb", "boxes.py", "boxes.ipynb", "train.py", "settings.py"),
    }


def test_no_file_has_windows_line_ends_or_lacks_its_last(shapes_files: dict[str, bytes]) -> None:
    for name, data in shapes_files.items():
        assert b"\r" not in data, name
        assert data.endswith(b"\n"), name


def test_writing_is_all_that_was_missing(changed: Changed) -> None:
    course = changed()
    shapes = course.assignment("shapes")
    everything = sorted(release.build(course, shapes))
    assert release.stale(course, shapes) == everything
    assert release.write(course, shapes, run=False) == everything
    assert release.stale(course, shapes) == []
    assert release.write(course, shapes, run=False) == []
    left = {path.name for path in (course.root / "release").iterdir()}
    assert left == {"shapes"}


def test_stale_names_what_differs_is_missing_or_too_much(changed: Changed) -> None:
    course = changed()
    shapes = course.assignment("shapes")
    release.write(course, shapes, run=False)
    folder = course.root / "release" / "shapes"
    (folder / "areas.py").write_text("x = 1\n", encoding="utf-8")
    (folder / "boxes.ipynb").unlink()
    (folder / "extra.txt").write_text("", encoding="utf-8")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "areas.pyc").write_bytes(b"")
    (folder / "data").mkdir()
    (folder / "data" / "images.gz").write_bytes(b"")
    assert release.stale(course, shapes) == [
        "release/shapes/areas.py",
        "release/shapes/boxes.ipynb",
        "release/shapes/extra.txt",
    ]
    release.write(course, shapes, run=False)
    assert release.stale(course, shapes) == []
    assert not (folder / "extra.txt").exists()
    assert (folder / "data" / "images.gz").exists()


def test_a_root_of_ones_own(shapes_course: Course, shapes: Assignment, tmp_path: Path) -> None:
    release.write(shapes_course, shapes, tmp_path, run=False)
    assert (tmp_path / "solutions" / "shapes" / "areas.ipynb").is_file()
    assert release.stale(shapes_course, shapes, tmp_path) == []


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_does_not_verify_is_not_written(
    changed: Changed, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = changed()
    release.write(course, course.assignment("shapes"), run=False)
    before = snapshot(course.root / "release")
    changed(("areas.py", "# How much room", "# How many people"))
    monkeypatch.setattr(verify, "verify", lambda *_, run: ["areas.py: leaks", "boxes.py: too"])
    with pytest.raises(AuthoringError, match=r"^areas\.py: leaks\nboxes\.py: too$"):
        release.write(course, course.assignment("shapes"), run=False)
    assert snapshot(course.root / "release") == before


def test_a_failure_while_writing_leaves_the_old_release(
    changed: Changed, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = changed()
    shapes = course.assignment("shapes")
    release.write(course, shapes, run=False)
    before = snapshot(course.root)
    changed(("areas.py", "# How much room", "# How many people"))

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        release.write(course, shapes, run=False)
    monkeypatch.undo()
    after = snapshot(course.root)
    assert {p: d for p, d in after.items() if "source" not in p} == {
        p: d for p, d in before.items() if "source" not in p
    }


def test_a_failed_swap_puts_the_old_release_back(
    changed: Changed, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = changed()
    release.write(course, course.assignment("shapes"), run=False)
    before = snapshot(course.root / "release")
    changed(("areas.py", "# How much room", "# How many people"))
    real = os.rename

    def rename(source: Path, target: Path) -> None:
        if Path(source).name == "new":
            raise OSError(13, "Permission denied")
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(OSError, match="Permission denied"):
        release.write(course, course.assignment("shapes"), run=False)
    assert snapshot(course.root / "release") == before


def test_importing_it_is_cheap() -> None:
    code = (
        "import sys, autograder.authoring.release, autograder.authoring.verify\n"
        "heavy = {'torch', 'jupytext', 'nbgrader', 'nbformat', 'nbclient', 'jinja2'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
