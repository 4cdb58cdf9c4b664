"""Shows a class while it is graded: a bar on a terminal, else a plain line a student."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from ..grading.results import Status
from ..printable import cut, printable
from .printable import encodable
from .words import score_text, time_text

if TYPE_CHECKING:
    from ..grading.batch import Graded

KEPT = "kept"
MAX_TEXT = 1_000
"""Characters of one text on a terminal."""


def watched(graded: Iterable[Graded], total: int, console: Console) -> Iterator[Graded]:
    """Pass on what `graded` yields, showing each of the `total` submissions on the way."""
    live = console.is_terminal and not console.is_dumb_terminal
    return _under_a_bar(graded, total, console) if live else _in_lines(graded, total, console)


def plain_text(console: Console, text: str, style: str = "") -> Text:
    """`text` for `console`: short, without markup, control characters or what it can't encode."""
    return Text(encodable(printable(cut(text, MAX_TEXT)), console.encoding), style)


def line_of(one: Graded, number: int, total: int) -> str:
    """ "[ 3/12] s003  graded  96.0 of 100  6.1 s"."""
    result = one.result
    words = [result.student, KEPT if one.kept else result.status.value, score_text(result)]
    if result.status is Status.GRADED and not one.kept:
        words.append(time_text(result.seconds))
    return f"[{number:>{len(str(total))}}/{total}] " + "  ".join(words)


def _in_lines(graded: Iterable[Graded], total: int, console: Console) -> Iterator[Graded]:
    for number, one in enumerate(graded, start=1):
        console.print(plain_text(console, line_of(one, number, total)), soft_wrap=True)
        yield one


def _under_a_bar(graded: Iterable[Graded], total: int, console: Console) -> Iterator[Graded]:
    columns = (
        SpinnerColumn(finished_text=" "),
        BarColumn(bar_width=None),
        TextColumn("{task.completed:.0f} of {task.total:.0f}"),
        TextColumn("{task.description}", style="dim"),
        TimeLeft(),
    )
    counts: Counter[str] = Counter()
    with Progress(*columns, console=console, expand=True, transient=True) as progress:
        task = progress.add_task("", total=total, ends_at=None)
        for number, one in enumerate(graded, start=1):
            if one.result.status is not Status.GRADED:
                # Said at once and kept on the screen: it may be worth stopping for.
                line = plain_text(console, line_of(one, number, total), "yellow")
                progress.console.print(line, soft_wrap=True)
            counts[KEPT if one.kept else one.result.status.value] += 1
            elapsed = progress.tasks[0].elapsed or 0.0
            progress.update(
                task,
                completed=number,
                description=", ".join(f"{count} {word}" for word, count in counts.items()),
                ends_at=end_of(elapsed, number - counts[KEPT], total - number),
            )
            yield one


def end_of(elapsed: float, fresh: int, left: int) -> float | None:
    """When the last of `left` submissions will be done, in seconds since the start.

    `fresh` were graded in `elapsed` seconds; those that were kept took no time and tell nothing.
    """
    return elapsed + left * elapsed / fresh if fresh else None


class TimeLeft(ProgressColumn):
    """The time left, counting down between one submission and the next."""

    def render(self, task: Task) -> Text:
        ends_at = task.fields["ends_at"]
        if ends_at is None or task.finished:
            return Text("")
        seconds = max(1.0, ends_at - (task.elapsed or 0.0))
        words = f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
        return Text(f"about {words} left")
