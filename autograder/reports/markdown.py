"""Writes what a student is told as Markdown, for mails, issues and pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..printable import cut, printable
from .figure_words import words_of_figure
from .telling import Told, ToldCheck, ToldPart

MAX_TEXT = 2_000
_SIGNS = re.compile(r"^[#+=-]|[\\`*_\[\]~|$!]|^\d+(?=[.)])")


def markdown(told: Told) -> str:
    """The whole of it; what a student wrote stands in code or is escaped, and can't act."""
    return "\n".join(_lines(told)).rstrip() + "\n"


def _lines(told: Told) -> Iterator[str]:
    yield f"# {_text(told.title)}: {_text(told.student)}\n"
    score = f"{told.score} of {told.max_score} points" if told.score else "No score"
    yield f"**{score}.** {_text(told.verdict)}\n"
    if told.lateness:
        yield f"{_text(told.lateness)}\n"
    for note in told.notes:
        yield f"- {_text(note)}"
    if told.notes:
        yield ""
    for part in told.parts:
        yield from _part(part, bool(told.score))
    for sentence in told.closing:
        yield f"{_text(sentence)}\n"
    if told.digest:
        yield f"What was graded: {_code(told.digest)}"


def _part(part: ToldPart, scored: bool) -> Iterator[str]:
    points = f" ({part.points:g} of {part.max_points:g})" if scored else ""
    yield f"## {_text(part.title)}{points}\n"
    if part.why_unattempted:
        yield f"{_text(part.why_unattempted)}\n"
    for check in part.visible:
        yield from _check(check)
    if part.hidden:
        points = f" ({part.hidden_points})" if part.hidden_points else ""
        yield f"\nHidden checks{points}:\n"
    for check in part.hidden:
        yield from _check(check)
    yield ""


def _check(check: ToldCheck) -> Iterator[str]:
    worth = f" ({check.worth})" if check.worth else ""
    yield f"- {check.ending.symbol} {_text(check.title)}{worth}: {check.ending.words.lower()}"
    if check.same_as is not None:
        yield f"  - For the same cause as “{_text(check.same_as.title)}”."
    if check.message:
        yield f"  - {_code(check.message)}"
    if check.expected:
        yield f"  - Expected: {_code(check.expected)}"
    if check.found:
        yield f"  - Found: {_code(check.found)}"
    for frame in check.frames:
        where = f"{frame.file}:{frame.line}"
        if frame.function != "<module>":
            where += f" in {frame.function}"
        yield f"  - {_code(where)}: {_code(frame.text)}" if frame.text else f"  - {_code(where)}"
    for figure in check.figures:
        yield f"  - {_text(figure.title)}: {_text(words_of_figure(figure))}"
    if check.hint:
        yield f"  - Hint: {_text(check.hint)}"
    if check.reread:
        yield f"  - Reread: {_text(check.reread)}"


def _text(text: str) -> str:
    """`text` on one line, with nothing in it that Markdown or HTML would take for markup."""
    plain = " ".join(printable(cut(text, MAX_TEXT)).split())
    escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _SIGNS.sub(_as_itself, escaped)
    # Addresses would become links by themselves.
    return escaped.replace("://", "&#58;//").replace("www.", "www&#46;")


def _as_itself(match: re.Match[str]) -> str:
    sign = match[0]
    return f"&#{ord(sign[0])};{sign[1:]}" if sign[0].isdigit() else f"\\{sign}"


def _code(text: str) -> str:
    """`text` as a code span of one line, which ends where the text does."""
    plain = " ".join(printable(cut(text, MAX_TEXT)).split())
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * (longest + 1)
    room = " " if plain.startswith("`") or plain.endswith("`") or not plain else ""
    return f"{fence}{room}{plain}{room}{fence}"
