"""Writes what a student gets, as a page and as Markdown: what was expected, what came, a hint."""

from __future__ import annotations

from pathlib import Path

from .. import atomic
from ..grading.results import Result, with_figures
from .disclosure import Rules
from .figure_words import commonest_mistakes, range_of, remarks_on, words_of_figure
from .geometry import CURVES, HISTOGRAM, ORDER, histogram_path, order_dots, plot_of, zero_of
from .markdown import markdown
from .page import MAX_TEXT, render
from .png import data_uri
from .telling import Told, tell

FILE_NAME = "feedback.html"
MARKDOWN_NAME = "feedback.md"
MAX_BYTES = 1_000_000
"""A page can be sent by mail."""
_SHORTER = (MAX_TEXT, 1_000, 200, 40)


def write_feedback(
    result: Result, folder: Path, title: str = "", rules: Rules | None = None
) -> Path:
    """Write `folder/feedback.html` and `folder/feedback.md`; the page's path.

    `title` is the assignment's, its name where there is none. The figures are read from `folder`.
    """
    told = tell(with_figures(result, folder), rules or Rules(), title)
    path = folder / FILE_NAME
    atomic.write_text(folder / MARKDOWN_NAME, markdown(told))
    atomic.write_text(path, page_of(told))
    return path


def page_of(told: Told) -> str:
    """The page; the longest texts are cut where it would be larger than `MAX_BYTES`."""
    for longest in _SHORTER:
        page = render("feedback.html.j2", longest, told=told, **_DRAWING)
        if len(page.encode()) < MAX_BYTES:
            break
    return page


_DRAWING = {
    "CURVES": CURVES,
    "HISTOGRAM": HISTOGRAM,
    "ORDER": ORDER,
    "commonest_mistakes": commonest_mistakes,
    "data_uri": data_uri,
    "histogram_path": histogram_path,
    "order_dots": order_dots,
    "plot_of": plot_of,
    "range_of": range_of,
    "remarks_on": remarks_on,
    "words_of_figure": words_of_figure,
    "zero_of": zero_of,
}
