"""Renders the templates into pages in which nothing that a student wrote can act."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..printable import cut, printable
from . import words

MAX_TEXT = 20_000
"""Characters of one text on a page."""


def render(template: str, longest: int = MAX_TEXT, /, **values: object) -> str:
    """The page that `templates/<template>` makes of `values`; whole, without a network.

    `longest` is how many characters of one text it has room for.
    """
    return _environment(longest).get_template(template).render(**values)


@cache
def script(name: str) -> tuple[str, str]:
    """A script of the kit's own, and the hash by which a page allows it and no other."""
    text = resources.files("autograder.reports").joinpath("templates", name).read_text("utf-8")
    digest = hashlib.sha256(text.encode()).digest()
    return text, f"sha256-{base64.b64encode(digest).decode()}"


@cache
def _environment(longest: int) -> Environment:
    def shown(value: Any) -> Any:
        """What every expression of a template goes through; markup that a macro made stays."""
        if isinstance(value, str) and not hasattr(value, "__html__"):
            return printable(cut(value, longest), keep="\n\t")
        return value

    environment = Environment(
        loader=PackageLoader("autograder.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["points"] = words.points_text
    environment.filters["share"] = words.share_text
    environment.filters["exact_share"] = words.exact_share
    environment.filters["ending"] = words.ending_of
    return environment
