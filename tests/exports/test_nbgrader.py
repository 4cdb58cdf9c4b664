"""An nbgrader course gets the results: its own export agrees, and what a person graded stays."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.exports import nbgrader_book
from autograder.exports.nbgrader_course import NoCourse, find_course, nbgrader
from autograder.exports.shown_notebook import shown_notebook
from autograder.grading.results import Result

from .conftest import DUE, full_marks

ASSIGNMENT: Any = SimpleNamespace(
    name="digits",
    due=DUE,
    modules=["loaders", "model"],
    part=lambda name: SimpleNamespace(modules=[name] if name != "both" else ["loaders", "model"]),
)


def cell(grade_id: str, source: str, **about: Any) -> dict[str, Any]:
    flags = {"grade": False, "solution": False, "locked": True, "task": False}
    return {
        "cell_type": "code",
        "id": grade_id,
        "metadata": {"nbgrader": {**flags, "grade_id": grade_id, "schema_version": 3, **about}},
        "source": [source],
        "outputs": [],
        "execution_count": None,
    }


def notebook(module: str, exercise: str, points: float) -> dict[str, Any]:
    stub = f"def {exercise}():\n    raise NotImplementedError"
    return {
        "cells": [
            cell(exercise, stub, solution=True, locked=False),
            cell(f"check-{module}", f'check("{module}")', grade=True, points=points),
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


RELEASED = {"loaders": notebook("loaders", "split", 7.5), "model": notebook("model", "net", 10.0)}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    (folder / "selfcheck").mkdir()
    manifest = {
        "assignment": "digits",
        "title": "Digits",
        "settings": {},
        "modules": ["loaders", "model"],
        "stubs": {},
        "parts": [],
    }
    (folder / "selfcheck" / "manifest.json").write_text(json.dumps(manifest))
    for module, text in RELEASED.items():
        (folder / f"{module}.ipynb").write_text(json.dumps(text))
    return folder


@pytest.fixture(scope="module")
def empty_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook without anything in it, which takes nbgrader seconds to make."""
    path = tmp_path_factory.mktemp("book") / "gradebook.db"
    with pytest.MonkeyPatch.context() as patch:
        # As from `.venv/bin/autograder`, where nobody has activated the environment.
        patch.setenv("PATH", "/usr/bin:/bin")
        with nbgrader_book.opened(f"sqlite:///{path}", "ai"):
            pass
        assert os.environ["PATH"] == "/usr/bin:/bin"
    return path


@pytest.fixture
def course(tmp_path: Path, empty_book: Path) -> Path:
    """A new course, one student of which handed in notebooks through nbgrader."""
    root = tmp_path / "course"
    root.mkdir()
    shutil.copy(empty_book, root)
    handed_in = root / "submitted" / "s002" / "digits"
    handed_in.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'ai'\n"
    )
    (handed_in / "loaders.ipynb").write_text(json.dumps(RELEASED["loaders"]))
    (handed_in / "model.py").write_text(
        "import torch\n\n\n@torch.no_grad()\ndef net():\n    return 1\n"
    )
    (handed_in / "timestamp.txt").write_text("2027-03-02 12:00:00.000000 Europe/Berlin")
    return root


@pytest.fixture
def export(course: Path, release: Path) -> Callable[[list[Result]], tuple[str, ...]]:
    return lambda results: nbgrader(results, ASSIGNMENT, release, course)


def exported(course: Path) -> dict[str, dict[str, str]]:
    """What `nbgrader export` says of each student."""
    from nbgrader.api import Gradebook
    from nbgrader.plugins import CsvExportPlugin

    plugin = CsvExportPlugin()
    plugin.to = str(course / "export.csv")
    with Gradebook(find_course(course).db_url, "ai") as book:
        plugin.export(book)
    with (course / "export.csv").open() as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def book(course: Path) -> Any:
    from nbgrader.api import Gradebook

    return Gradebook(find_course(course).db_url, "ai")


def test_of_many_without_a_notebook_some_are_named(
    course: Path, export: Callable[..., Any]
) -> None:
    class_ = [full_marks(f"t{number}") for number in range(8)]
    assert export(class_) == (
        "Formgrader shows the points without a notebook of those whose work isn't in the course's "
        "submitted/: t0, t1, t2, t3, t4 and 3 more.",
    )


def test_nbgraders_export_agrees(
    course: Path, export: Callable[..., Any], small_class: list[Result]
) -> None:
    remarks = export(small_class)
    assert remarks == (
        "Without a score, so without a submission in the gradebook: s003 (rejected), s004 "
        "(internal).",
        "Formgrader shows the points without a notebook of those whose work isn't in the course's "
        "submitted/: s001.",
    )
    rows = exported(course)
    assert {
        name: (row["raw_score"], row["late_submission_penalty"], row["score"], row["max_score"])
        for name, row in rows.items()
    } == {
        "s001": ("20.0", "0.0", "20.0", "20.0"),
        "s002": ("5.5", "2.0", "3.5", "20.0"),
        "s003": ("0.0", "0.0", "0.0", "20.0"),
        "s004": ("0.0", "0.0", "0.0", "20.0"),
    }
    assert rows["s002"]["timestamp"] == "2027-03-02 11:00:00"
    assert rows["s003"]["timestamp"] == ""
    assert rows["s001"]["duedate"] == "2027-03-01 22:59:00"


def test_a_part_is_its_check_cell_and_one_for_what_is_hidden(
    course: Path, export: Callable[..., Any], failing: Result
) -> None:
    export([failing])
    with book(course) as opened:
        submission = opened.find_submission("digits", "s002")
        found = {
            (notebook.name, grade.name): (grade.auto_score, grade.max_score)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }
        comments = {one.name: one.comment for n in submission.notebooks for one in n.comments}
        assert not submission.needs_manual_grade
    assert found == {
        ("loaders", "check-loaders"): (5.5, 9.5),
        ("loaders", "check-loaders-hidden"): (0.0, 0.5),
        ("model", "check-model"): (0.0, 10.0),
    }
    assert comments["split"].startswith("The loaders: 5.5 of 10 points\n- What order does\n")
    assert "- hidden check: What secret does\n  Failed.\n  Hint: What" in comments["split"]
    assert comments["net"] == (
        "The model: 0.0 of 10 points\nNot attempted.\n\n"
        "Handed in 2027-03-02 12:00 CET (timestamp.txt). 1 day late. 5.5 − 1 × 2 = 3.5 points."
    )
    assert "SECRET" not in "".join(comments.values())


def test_a_part_of_many_modules_belongs_to_the_last_notebook() -> None:
    both = full_marks("s001").parts[1].model_copy(update={"name": "both"})
    (found,) = nbgrader_book.cells_of(both, ASSIGNMENT)
    assert (found.notebook, found.cell) == ("model", "check-both")


def test_what_a_person_graded_stays_and_counts(
    course: Path, export: Callable[..., Any], failing: Result
) -> None:
    export([failing])
    with book(course) as opened:
        grade = opened.find_grade("check-loaders", "loaders", "digits", "s002")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 7.0, 1.0, False
        opened.find_comment("split", "loaders", "digits", "s002").manual_comment = "Nearly."
        opened.update_or_create_student("s002", first_name="Bo")
        opened.update_or_create_assignment("digits", duedate=datetime(2027, 4, 1))
        opened.db.commit()
    export([failing])
    with book(course) as opened:
        grade = opened.find_grade("check-loaders", "loaders", "digits", "s002")
        assert (grade.score, grade.auto_score, grade.needs_manual_grade) == (8.0, 5.5, False)
        assert opened.find_comment("split", "loaders", "digits", "s002").comment == "Nearly."
        assert opened.find_student("s002").first_name == "Bo"
    row = exported(course)["s002"]
    assert (row["raw_score"], row["score"], row["duedate"][:10]) == ("8.0", "6.0", "2027-04-01")

    better = failing.parts[0].checks[0].model_copy(update={"points": 5.0})
    checks = (better, *failing.parts[0].checks[1:])
    changed = failing.parts[0].model_copy(update={"checks": checks, "points": 5.0})
    export([failing.model_copy(update={"parts": (changed, failing.parts[1])})])
    with book(course) as opened:
        grade = opened.find_grade("check-loaders", "loaders", "digits", "s002")
        assert (grade.score, grade.auto_score, grade.needs_manual_grade) == (8.0, 5.0, True)


def test_a_gradebook_of_nbgraders_own_is_completed(
    course: Path, export: Callable[..., Any], failing: Result
) -> None:
    """As `nbgrader autograde` leaves it: no cell for hidden checks, and one notebook less."""
    with book(course) as opened:
        opened.add_assignment("digits")
        opened.add_notebook("loaders", "digits")
        opened.add_grade_cell("check-loaders", "loaders", "digits", max_score=9.5, cell_type="code")
        opened.add_student("s002")
        with opened.db.no_autoflush:
            opened.add_submission("digits", "s002")
    export([failing])
    assert exported(course)["s002"]["score"] == "3.5"


def test_formgrader_finds_what_it_shows(
    course: Path, export: Callable[..., Any], failing: Result
) -> None:
    from nbgrader.apps import NbGraderAPI

    export([full_marks("s001"), failing])
    api = NbGraderAPI(find_course(course).directory)
    shown = {
        one["student"]: (one["score"], one["autograded"]) for one in api.get_submissions("digits")
    }
    assert shown == {"s001": (20.0, True), "s002": (5.5, True)}
    assert [one["name"] for one in api.get_assignments()] == ["digits"]
    made = json.loads((course / "autograded" / "s002" / "digits" / "model.ipynb").read_text())
    assert made["cells"][0]["source"] == "@torch.no_grad()\ndef net():\n    return 1"


def test_notebooks_that_nbgrader_made_stay(
    course: Path, export: Callable[..., Any], failing: Result
) -> None:
    theirs = course / "autograded" / "s002" / "digits" / "loaders.ipynb"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    (course / "source" / "digits").mkdir(parents=True)
    export([failing])
    assert theirs.read_text() == "theirs"
    assert list((course / "source" / "digits").iterdir()) == []


class TestAShownNotebook:
    def shown(self, files: dict[str, str]) -> dict[str, Any]:
        contents = {name: text.encode() for name, text in files.items()}
        made = shown_notebook("loaders", contents.get, {}, RELEASED["loaders"])
        assert made is not None
        written: dict[str, Any] = json.loads(made)
        return written

    def test_has_lost_what_its_check_printed_at_home(self) -> None:
        own = notebook("loaders", "split", 7.5)
        own["cells"][1]["outputs"] = [{"output_type": "stream", "text": "100 of 100"}]
        assert self.shown({"loaders.ipynb": json.dumps(own)}) == notebook("loaders", "split", 7.5)

    def test_shows_a_whole_script_where_it_can_not_be_taken_apart(self) -> None:
        assert self.shown({"loaders.py": "def split(:"})["cells"][0]["source"] == "def split(:"

    def test_is_what_was_handed_in_where_that_is_no_notebook(self) -> None:
        made = shown_notebook("loaders", {"loaders.ipynb": b"{}"}.get, {}, RELEASED["loaders"])
        assert made == b"{}"

    def test_is_none_where_nothing_was_handed_in(self) -> None:
        assert shown_notebook("loaders", {}.get, {}, RELEASED["loaders"]) is None


class TestNothingIsWritten:
    def test_where_there_is_no_course(self, tmp_path: Path) -> None:
        with pytest.raises(NoCourse) as caught:
            find_course(tmp_path)
        assert str(caught.value) == (
            f"{tmp_path}: expected an nbgrader course with nbgrader_config.py or gradebook.db, "
            "found neither; name its folder with --course, or make one with `nbgrader quickstart`"
        )

    def test_where_the_configuration_is_broken(self, course: Path) -> None:
        (course / "nbgrader_config.py").write_text("c = get_confi()\n")
        with pytest.raises(NoCourse) as caught:
            find_course(course)
        assert str(caught.value) == (
            f"{course}/nbgrader_config.py: expected a configuration that can be read, found "
            "NameError: name 'get_confi' is not defined; mend it first"
        )

    def test_where_there_is_no_release(self, course: Path, tmp_path: Path) -> None:
        with pytest.raises(NoCourse) as caught:
            nbgrader([], ASSIGNMENT, tmp_path / "release", course)
        assert str(caught.value) == (
            f"{tmp_path}/release: expected the release that students got, found none that can be "
            "read (FileNotFoundError); run `autograder release` and commit what it writes"
        )

    def test_where_the_gradebook_is_of_another_version(
        self, course: Path, export: Callable[..., Any], failing: Result
    ) -> None:
        export([failing])
        with sqlite3.connect(course / "gradebook.db") as database:
            database.execute("ALTER TABLE grade DROP COLUMN extra_credit")
        before = (course / "gradebook.db").read_bytes()
        with pytest.raises(NoCourse) as caught:
            export([full_marks("s001")])
        assert str(caught.value) == (
            f"{course}: the gradebook can't be written (table grade has no column named "
            "extra_credit), and nothing in it was changed; close what else is writing to it, or "
            "run `nbgrader db upgrade`, and export again"
        )
        assert (course / "gradebook.db").read_bytes() == before
