"""Loads course.yaml, so that a wrong key, value or unit is refused before anything runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from autograder.course.errors import (
    CourseError,
    Key,
    Problem,
    course_error,
    one_of,
    problems_of,
    shown,
)
from autograder.course.file import read_course_file
from autograder.course.late import Late, contradictions
from autograder.course.schema import (
    Accuracy,
    Assignment,
    Course,
    Feedback,
    KeySource,
    Level,
    Limits,
    Part,
)
from autograder.course.secret import is_inside, read_or_make_key
from autograder.course.settings import settings_schema, validated_settings

__all__ = [
    "Accuracy",
    "Assignment",
    "Course",
    "CourseError",
    "Feedback",
    "KeySource",
    "Late",
    "Level",
    "Limits",
    "Part",
    "load",
    "secret_key",
]


def load(path: Path) -> Course:
    """The course of this file. Raises CourseError, with a line for everything that is wrong."""
    path = path.absolute()
    file = read_course_file(path)
    problems: list[Problem] = []
    assignments = file.data.get("assignments")
    if isinstance(assignments, dict):
        for name, entry in assignments.items():
            problems += _type_settings(entry, name, path.parent / "source")
    try:
        course = Course.model_validate(file.data).at(path)
        problems += _contradictions(course)
    except ValidationError as error:
        problems += problems_of(error, Course)
    if problems:
        raise course_error(path, problems, file.lines)
    return course


def secret_key(course: Course) -> bytes:
    """The course's 32 secret bytes, made on first use; CourseError where they can't be had."""
    return read_or_make_key(course.key.environment, course.key_file, course.root)


class _Unusable(BaseModel):
    """Stands for settings that were found wrong, so that the rest of the file is still checked."""


def _type_settings(entry: Any, name: str, source: Path) -> list[Problem]:
    """Puts the settings of one entry into the type that the assignment's own folder declares."""
    if not (isinstance(entry, dict) and "settings" in entry):
        return []
    key: Key = ("assignments", name, "settings")
    values, entry["settings"] = entry["settings"], _Unusable()
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", name) or not (source / name).is_dir():
        folders = sorted(schema.parent.name for schema in source.glob("*/schema.py"))
        text = f"expected the name of a folder in source/, found {name!r}; {one_of(name, folders)}"
        return [Problem(key[:2], text)]
    if not isinstance(values, dict):
        return [Problem(key, f"expected a group of settings, found {shown(values)}; see schema.py")]
    settings, problems = validated_settings(settings_schema(source / name), values, key)
    entry["settings"] = settings or _Unusable()
    return problems


def _contradictions(course: Course) -> list[Problem]:
    """What is wrong between values that are fine on their own."""
    problems: list[Problem] = []
    if course.key.file is not None and is_inside(course.key_file, course.root):
        text = f"expected a file outside the repository, found {course.key.file!r} inside it"
        problems.append(Problem(("key", "file"), f"{text}; write for example `file: ~/course.key`"))
    for name, assignment in course.assignments.items():
        key: Key = ("assignments", name)
        if assignment.late is not None:
            problems += contradictions(assignment.late, assignment.due, (*key, "late"))
        problems += _repeated(assignment.modules, (*key, "modules"))
        parts: Key = (*key, "parts")
        names = [part.name for part in assignment.parts]
        for index, part in enumerate(assignment.parts):
            if part.name in names[:index]:
                text = f"expected each part once, found {part.name!r} again; rename one of the two"
                problems.append(Problem((*parts, index, "name"), text))
            problems += _repeated(part.modules, (*parts, index, "modules"))
            problems += [
                Problem(
                    (*parts, index, "modules"),
                    f"expected modules of the assignment, found {module!r}; "
                    + one_of(module, assignment.modules),
                )
                for module in part.modules
                if module not in assignment.modules
            ]
    return problems


def _repeated(modules: list[str], key: Key) -> list[Problem]:
    return [
        Problem(key, f"expected each module once, found {module!r} again; drop one of the two")
        for module in dict.fromkeys(modules)
        if modules.count(module) > 1
    ]
