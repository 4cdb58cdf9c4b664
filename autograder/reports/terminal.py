"""Shows an instructor a class on the terminal: grading as it goes, then the table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..grading.results import PartResult, Result, Status
from .attention import needs_a_person
from .changes import Change, changes_of
from .progress import plain_text, watched
from .words import exact_points, exact_share, points_text

if TYPE_CHECKING:
    from ..grading.batch import Graded

ROOMY = 100  # characters in a line
LOG_WIDTH = 110  # where the lines go to a file, which has no width of its own
MAX_NAME = 40
_STATUS_STYLES = {Status.GRADED: "", Status.REJECTED: "yellow", Status.INTERNAL: "bold red"}


def follow(
    graded: Iterable[Graded], total: int, parts: Sequence[str], console: Console | None = None
) -> list[Result]:
    """Show `total` submissions while `graded` yields them, then the class; the results.

    `parts` are the names of the assignment's parts, a column each.
    """
    console = console or _console()
    done = list(watched(graded, total, console))
    results = sorted((one.result for one in done), key=lambda result: result.student)
    show_class(results, parts, console)
    show_late(results, console)
    show_attention(results, console)
    show_changes(done, console)
    return results


def _console() -> Console:
    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = LOG_WIDTH
    return console


def show_class(results: Sequence[Result], parts: Sequence[str], console: Console) -> None:
    """The table: student, status, score, a column a part, held-out accuracy where it counts."""
    gap = 1 if console.width >= ROOMY else 0
    table = Table(box=box.SIMPLE_HEAD, padding=(0, gap, 0, 0), show_edge=False)
    table.add_column("student", overflow="fold", min_width=10)
    table.add_column("status", no_wrap=True)
    most = max((result.max_score for result in results), default=0.0)
    table.add_column(f"score\nof {points_text(most)}", justify="right", no_wrap=True)
    worth = {part.name: part.max_points for result in results for part in result.parts}
    for name in parts:
        of = f"\nof {points_text(worth[name])}" if name in worth else ""
        table.add_column(plain_text(console, name) + of, justify="right", no_wrap=True)
    if any(result.accuracy is not None for result in results):
        table.add_column("held-out\naccuracy", justify="right", no_wrap=True)
    for result in results:
        table.add_row(*_row(result, parts, console)[: len(table.columns)])
    console.print()
    console.print(table)
    console.print()


def show_late(results: Iterable[Result], console: Console) -> None:
    """What lateness took off whose score; nothing where it took nothing."""
    late = [(one.student, one.late) for one in results if one.late is not None and one.late.penalty]
    if late:
        console.print(Text("Late:"))
    for student, work in late:
        line = f"  {shortened(student)}  {work.explanation}"
        console.print(plain_text(console, line), soft_wrap=True)
    if late:
        console.print()


def show_attention(results: Iterable[Result], console: Console) -> None:
    """Who needs a person first; nothing where nobody does."""
    found = needs_a_person(results)
    if found:
        console.print(Text("Look at these first:"))
    for one in found:
        line = f"  {one.student}  {one.reason}  {one.detail}".rstrip()
        console.print(plain_text(console, line), soft_wrap=True)
    if found:
        console.print()


def show_changes(done: Iterable[Graded], console: Console) -> None:
    """The table of whose result is not what it was after the last grading, and by how much.

    Nothing where all are what they were.
    """
    before = {one.result.student: one.before for one in done if one.before is not None}
    changed = changes_of((one.result for one in done), before)
    if not changed:
        return
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("student", overflow="fold", min_width=10)
    for name in ("before", "now", "change"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("parts", overflow="fold")
    for one in changed:
        table.add_row(*_change(one, console))
    console.print(Text("Changed since the last grading:"))
    console.print(table)
    console.print()


def shortened(name: str) -> str:
    """`name`, cut where it would make the table unreadable."""
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 3]}..."


def _change(change: Change, console: Console) -> list[Text]:
    return [
        plain_text(console, shortened(change.student)),
        Text(change.before),
        Text(change.now, "bold"),
        Text(change.score),
        plain_text(console, change.parts),
    ]


def _row(result: Result, parts: Sequence[str], console: Console) -> list[Text]:
    by_name = {part.name: part for part in result.parts}
    held_out = result.accuracy.held_out if result.accuracy is not None else None
    score = "" if result.score is None else exact_points(result.score)
    return [
        plain_text(console, shortened(result.student)),
        Text(result.status.value, _STATUS_STYLES[result.status]),
        Text(score, "bold"),
        *(_points(by_name.get(name), result.score is not None) for name in parts),
        Text("" if held_out is None else exact_share(held_out)),
    ]


def _points(part: PartResult | None, scored: bool) -> Text:
    """The points of a part; a dash where it was not attempted, nothing where nothing counts."""
    if part is None or not scored:
        return Text("")
    if not part.attempted:
        return Text("-", "dim")
    full = part.points >= part.max_points
    return Text(exact_points(part.points), "green" if full else "red" if part.points == 0 else "")
