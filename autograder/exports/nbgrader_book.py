"""Writes results into an nbgrader gradebook: formgrader shows them, `nbgrader export` agrees.

A part is a notebook's check cell, with the points of its public checks, as in the release, and a
cell for its hidden ones that no notebook has. What a person graded or wrote there stays and counts.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..course import Assignment
from ..grading.results import PartResult, Result
from .words import part_text, plain

if TYPE_CHECKING:
    from nbgrader.api import Gradebook, SubmittedAssignment

HIDDEN = "-hidden"
LOGGER = logging.getLogger("tornado.application")
"""Where nbgrader's gradebook writes to."""


@dataclass(frozen=True)
class Graded:
    """One grade cell: where it is, what it is worth, and what a result gives for it."""

    notebook: str
    cell: str
    points: float
    max_points: float


def cells_of(part: PartResult, assignment: Assignment) -> list[Graded]:
    """The check cell of a part and the one for what is hidden, those that are worth something.

    They belong to the notebook of the part's name, or to the last one that the part needs.
    """
    modules = assignment.part(part.name).modules
    notebook = part.name if part.name in modules else modules[-1]
    cells = []
    for suffix, visible in (("", True), (HIDDEN, False)):
        checks = [check for check in part.checks if check.visible is visible]
        points, worth = (sum(c.points for c in checks), sum(c.max_points for c in checks))
        if worth:
            cells.append(Graded(notebook, f"check-{part.name}{suffix}", points, worth))
    return cells


@contextmanager
def opened(db_url: str, course_id: str = "default_course") -> Iterator[Gradebook]:
    """The gradebook at `db_url`; changes made in the block are all kept, or none where it fails."""
    from nbgrader.api import Gradebook

    with _commands_of_this_python(), Gradebook(db_url, course_id) as book, _quiet():
        keep, book.db.commit = book.db.commit, book.db.flush
        yield book
        keep()


@contextmanager
def _commands_of_this_python() -> Iterator[None]:
    """Let nbgrader find `alembic`, by which it makes a gradebook, without an activated environment.

    It looks for it on the PATH alone.
    """
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep nbgrader from printing tracebacks of what it raises as well."""
    before, LOGGER.disabled = LOGGER.disabled, True
    try:
        yield
    finally:
        LOGGER.disabled = before


def write_assignment(
    book: Gradebook,
    assignment: Assignment,
    notebooks: Mapping[str, Mapping[str, Any]],
    results: Sequence[Result],
) -> None:
    """Make sure that the assignment has its notebooks and cells; nothing that is there goes.

    `notebooks` are the released ones by module, as JSON.
    """
    name = assignment.name
    if book.update_or_create_assignment(name).duedate is None:
        book.update_or_create_assignment(name, duedate=assignment.due)
    for module in assignment.modules:
        notebook = notebooks.get(module, {})
        kernel = json.dumps(notebook.get("metadata", {}).get("kernelspec", {}))
        _made(book.find_notebook, book.add_notebook, module, name, kernelspec=kernel)
        for cell in notebook.get("cells", ()):
            _write_cell(book, cell, module, name)
    parts: dict[str, PartResult] = {}
    for result in results:
        if result.score is not None:
            parts |= {part.name: part for part in result.parts if part.name not in parts}
    for part in parts.values():
        for cell in cells_of(part, assignment):
            book.update_or_create_grade_cell(
                cell.cell, cell.notebook, name, max_score=cell.max_points, cell_type="code"
            )


def write_results(
    book: Gradebook,
    assignment: Assignment,
    notebooks: Mapping[str, Mapping[str, Any]],
    results: Sequence[Result],
) -> list[str]:
    """Write the submissions of those who have a score; who has none, in a sentence."""
    from nbgrader.api import MissingEntry

    unscored = []
    exercises = {name: _last_exercise(notebook) for name, notebook in notebooks.items()}
    for result in results:
        try:
            book.find_student(result.student)
        except MissingEntry:
            book.add_student(result.student)
        if result.score is None:
            unscored.append(f"{result.student} ({result.status.value})")
            continue
        when = {} if result.submitted is None else {"timestamp": result.submitted.time}
        with book.db.no_autoflush:
            submission = book.update_or_create_submission(assignment.name, result.student, **when)
        _complete(book, submission)
        _write_grades(submission, assignment, result)
        _write_comments(submission, _comments(assignment, result), exercises)
    if not unscored:
        return []
    return [f"Without a score, so without a submission in the gradebook: {', '.join(unscored)}."]


def _write_cell(book: Gradebook, cell: Mapping[str, Any], notebook: str, assignment: str) -> None:
    about = cell.get("metadata", {}).get("nbgrader")
    if about is None:
        return
    place = (about["grade_id"], notebook, assignment)
    if about["solution"]:
        _made(book.find_solution_cell, book.add_solution_cell, *place)
    if about["grade"]:
        worth = {"max_score": float(about["points"]), "cell_type": cell["cell_type"]}
        _made(book.find_grade_cell, book.add_grade_cell, *place, **worth)
    source = {
        "cell_type": cell["cell_type"],
        "locked": about["locked"],
        "source": "".join(cell["source"]),
        "checksum": about.get("checksum"),
    }
    _made(book.find_source_cell, book.add_source_cell, *place, **source)


def _made(find: Any, add: Any, *place: str, **values: Any) -> Any:
    """What stands at `place`, added with these values where nothing does."""
    from nbgrader.api import MissingEntry

    try:
        return find(*place)
    except MissingEntry:
        return add(*place, **values)


def _complete(book: Gradebook, submission: SubmittedAssignment) -> None:
    """Give a submission from before the notebooks, grades and comments that it lacks."""
    from nbgrader.api import Comment, Grade, SubmittedNotebook

    there = {notebook.name: notebook for notebook in submission.notebooks}
    for notebook in submission.assignment.notebooks:
        mine = there.get(notebook.name)
        if mine is None:
            mine = SubmittedNotebook(notebook=notebook, assignment=submission)
            book.db.add(mine)
        grades = {grade.cell_id for grade in mine.grades}
        comments = {comment.cell_id for comment in mine.comments}
        for cell in notebook.grade_cells:
            if cell.id not in grades:
                book.db.add(Grade(cell_id=cell.id, notebook=mine))
        for cell in notebook.solution_cells:
            if cell.id not in comments:
                book.db.add(Comment(cell_id=cell.id, notebook=mine))
    book.db.flush()
    book.db.expire_all()


def _write_grades(submission: SubmittedAssignment, assignment: Assignment, result: Result) -> None:
    given = {
        (cell.notebook, cell.cell): cell.points
        for part in result.parts
        for cell in cells_of(part, assignment)
    }
    penalty = 0.0 if result.late is None else result.late.penalty
    raw = result.raw_score or 0.0
    for notebook in submission.notebooks:
        mine = 0.0
        for grade in notebook.grades:
            points = given.get((notebook.name, grade.name))
            if points is None:
                continue
            mine += points
            # A grade of a person's own counts, but may have to be looked at again.
            changed = grade.manual_score is not None and grade.auto_score != points
            grade.needs_manual_grade = changed or (
                grade.manual_score is not None and grade.needs_manual_grade
            )
            grade.auto_score = points
        notebook.late_submission_penalty = penalty * mine / raw if raw else 0.0


def _write_comments(
    submission: SubmittedAssignment, texts: Mapping[str, str], exercises: Mapping[str, str | None]
) -> None:
    """Say what became of a notebook's parts beside its last exercise."""
    for notebook in submission.notebooks:
        for comment in notebook.comments:
            if comment.name == exercises.get(notebook.name):
                comment.auto_comment = texts.get(notebook.name)


def _comments(assignment: Assignment, result: Result) -> dict[str, str]:
    """What to say of each notebook."""
    texts: dict[str, list[str]] = {}
    for part in result.parts:
        for cell in cells_of(part, assignment)[:1]:
            texts.setdefault(cell.notebook, []).append(part_text(part))
    if result.late is not None:
        texts.setdefault(assignment.modules[-1], []).append(plain(result.late.explanation))
    return {notebook: "\n\n".join(said) for notebook, said in texts.items()}


def _last_exercise(notebook: Mapping[str, Any]) -> str | None:
    about = [cell.get("metadata", {}).get("nbgrader", {}) for cell in notebook.get("cells", ())]
    names = [one["grade_id"] for one in about if one.get("solution")]
    return names[-1] if names else None
