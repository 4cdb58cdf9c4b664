"""What a student may get, as text, for tests that look for secrets in it."""

from __future__ import annotations

import html
import io
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console

from autograder.grading.results import Result, with_figures
from autograder.reports.disclosure import Rules
from autograder.reports.feedback import page_of
from autograder.reports.markdown import markdown
from autograder.reports.plain_text import show_told
from autograder.reports.telling import tell

NAMES = ("feedback.html", "feedback.md")
LEVELS = (Rules(), Rules(expected=False), Rules(details=False))


def written(folder: Path) -> Iterator[str]:
    """The files in a student's folder that go to the student, without HTML's own signs."""
    for name in NAMES:
        yield _bare((folder / name).read_text(encoding="utf-8"))


def renderings(result: Result, folder: Path) -> Iterator[str]:
    """The page, Markdown and text of a result, at every level, before labels are revealed."""
    drawn = with_figures(result, folder)
    for rules in LEVELS:
        told = tell(drawn, rules, "The assignment")
        screen = io.StringIO()
        show_told(told, Console(file=screen, width=10_000))
        yield from map(_bare, (page_of(told), markdown(told), screen.getvalue()))


def machine_named_in(text: str, own: str, places: Iterable[Path]) -> list[str]:
    """Folders of this machine that `text` names, though the student's `own` files don't."""
    temporary = re.escape(tempfile.gettempdir()) + r"/[\w.-]+"
    known = [*map(str, places), sys.prefix, str(Path.home())]
    found = [*re.findall(temporary, text), *(place for place in known if place in text)]
    return [place for place in found if place not in own]


def _bare(text: str) -> str:
    """`text` without tags and escapes, and without the spaces that fill a terminal's lines."""
    return re.sub(r" +", " ", html.unescape(re.sub(r"<[^<>]*>", " ", text)).replace("\\", ""))
