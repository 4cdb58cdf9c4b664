"""Renders the templates into pages in which nothing that a student wrote can act."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..printable import cut, printable
from . import words

MAX_TEXT = 20_000
"""Characters of one text on a page."""


def render(template: str, **values: object) -> str:
    """The page that `templates/<template>` makes of `values`; whole, without a network."""
    return _environment().get_template(template).render(**values)


def _shown(value: Any) -> Any:
    """What every expression of a template goes through; markup that a macro made stays."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return printable(cut(value, MAX_TEXT), keep="\n\t")
    return value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["points"] = words.points_text
    environment.filters["share"] = words.share_text
    environment.filters["exact_share"] = words.exact_share
    environment.filters["ending"] = words.ending_of
    return environment
