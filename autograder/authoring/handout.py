"""Renders the handout, so that the numbers in it are the course's and never typed twice."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..course import Assignment, Course
from ..selfcheck.manifest import ListedPart
from .errors import AuthoringError, located
from .generated import colab_badge

_TEMPLATE = "<template>"


def render_handout(
    template: str, path: Path, course: Course, assignment: Assignment, parts: Sequence[ListedPart]
) -> str:
    """The Markdown that the Jinja2 `template` gives.

    It may use course, assignment, settings, parts (name, title, points, modules, checks),
    accuracy, due and badge(module). Badges that it doesn't place are put below its title. Raises
    AuthoringError for a name that is not there.
    """
    from jinja2 import Environment, StrictUndefined, TemplateSyntaxError

    environment = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        finalize=_plainly,
    )
    badges = {module: colab_badge(course, assignment, module) for module in assignment.modules}
    try:
        text = environment.from_string(template).render(
            course=course,
            assignment=assignment,
            settings=assignment.settings,
            parts=parts,
            accuracy=assignment.accuracy,
            due=assignment.due,
            badge=badges.__getitem__,
        )
    except TemplateSyntaxError as error:
        found, fix = str(error.message), "correct the template"
        raise AuthoringError(located(path, error.lineno, "Jinja2", found, fix)) from None
    except Exception as error:
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if _is_template(f)]
        expected = "a template that can be filled in"
        found, fix = f"{type(error).__name__}: {error}", "use names that the handout has"
        where = lines[-1] if lines else None
        raise AuthoringError(located(path, where, expected, found, fix)) from None
    return _with_badges(text, [badge for badge in badges.values() if badge not in text])


def _plainly(value: Any) -> Any:
    """15.0 points are "15"."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_template(frame: traceback.FrameSummary) -> bool:
    return frame.filename == _TEMPLATE


def _with_badges(text: str, badges: list[str]) -> str:
    if not badges:
        return text
    lines = text.split("\n")
    title = next((n for n, line in enumerate(lines) if line.startswith("# ")), -1)
    return "\n".join([*lines[: title + 1], "", *badges, *lines[title + 1 :]])
