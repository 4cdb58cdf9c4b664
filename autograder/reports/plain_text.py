"""Shows on the terminal what a student is told: `autograder show`."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding

from ..printable import cut
from .figure_words import words_of_figure
from .progress import plain_text
from .telling import Told, ToldCheck, ToldPart

MAX_TITLE = 40
_STYLES = {"passed": "green", "failed": "red", "error": "red", "timeout": "yellow"}


def show_told(told: Told, console: Console) -> None:
    """All of it, wrapped to the console's width."""
    for indent, text, style in _lines(told):
        console.print(Padding(plain_text(console, text, style), (0, 0, 0, indent)))


def _lines(told: Told) -> Iterator[tuple[int, str, str]]:
    """Indent, text and style of each line."""
    score = f"{told.score} of {told.max_score} points" if told.score else "no score"
    yield 0, f"{told.title}: {told.student}: {score}", "bold"
    yield 0, told.verdict, ""
    if told.lateness:
        yield 0, told.lateness, ""
    for note in told.notes:
        yield 0, note, ""
    for part in told.parts:
        yield 0, "", ""
        yield from _part(part, bool(told.score))
    if told.closing:
        yield 0, "", ""
    for sentence in told.closing:
        yield 0, sentence, "dim"


def _part(part: ToldPart, scored: bool) -> Iterator[tuple[int, str, str]]:
    points = f"  {part.points:g} of {part.max_points:g}" if scored else ""
    yield 0, f"{part.title}{points}", "bold"
    if part.why_unattempted:
        yield 2, part.why_unattempted, ""
        return
    for check in part.visible:
        yield from _check(check)
    if part.hidden:
        yield 2, f"hidden checks{f': {part.hidden_points}' if part.hidden_points else ''}", "dim"
    for check in part.hidden:
        yield from _check(check)


def _check(check: ToldCheck) -> Iterator[tuple[int, str, str]]:
    style = _STYLES.get(check.ending.name, "")
    worth = f"  ({check.worth})" if check.worth else ""
    yield 2, f"{check.ending.symbol} {check.title}{worth}", style
    if check.same_as is not None:
        yield 4, f"for the same cause as “{cut(check.same_as.title, MAX_TITLE)}”", ""
    if check.message:
        yield 4, check.message, ""
    if check.expected:
        yield 4, f"expected  {check.expected}", ""
    if check.found:
        yield 4, f"found     {check.found}", ""
    for frame in check.frames:
        yield 4, f"{frame.file}:{frame.line} in {frame.function}", "dim"
        if frame.text:
            yield 8, frame.text, ""
    for figure in check.figures:
        yield 4, f"{figure.title}: {words_of_figure(figure)}", ""
    if check.hint:
        yield 4, f"hint      {check.hint}", "cyan"
    if check.reread:
        yield 4, f"reread    {check.reread}", "cyan"
