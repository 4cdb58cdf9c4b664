"""Shows the runs of a calibration as they end: a bar on a terminal, else now and then a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from ..reports.progress import TimeLeft, end_of, plain_text
from .runner import Done

LINES = 20
"""So many in all where there is no terminal, and one for each run that the grader failed on."""


def watched(runs: Iterable[Done], total: int, console: Console) -> Iterator[Done]:
    """Pass on what `runs` yields, showing how far they are."""
    live = console.is_terminal and not console.is_dumb_terminal
    return _under_a_bar(runs, total, console) if live else _in_lines(runs, total, console)


def _in_lines(runs: Iterable[Done], total: int, console: Console) -> Iterator[Done]:
    every = max(1, total // LINES)
    for number, one in enumerate(runs, start=1):
        if number % every == 0 or number == total or one.problem:
            text = f"[{number:>{len(str(total))}}/{total}] {_words(one)}"
            console.print(plain_text(console, text), soft_wrap=True)
        yield one


def _under_a_bar(runs: Iterable[Done], total: int, console: Console) -> Iterator[Done]:
    columns = (
        SpinnerColumn(finished_text=" "),
        BarColumn(bar_width=None),
        TextColumn("{task.completed:.0f} of {task.total:.0f}"),
        TextColumn("{task.description}", style="dim"),
        TimeLeft(),
    )
    with Progress(*columns, console=console, expand=True, transient=True) as progress:
        task = progress.add_task("", total=total, ends_at=None)
        fresh = 0
        for number, one in enumerate(runs, start=1):
            fresh += not one.kept
            elapsed = progress.tasks[0].elapsed or 0.0
            progress.update(
                task,
                completed=number,
                description=plain_text(console, _words(one)).plain,
                ends_at=end_of(elapsed, fresh, total - number),
            )
            yield one


def _words(one: Done) -> str:
    """ "reference, key 7: 96.45 %"."""
    run = f"{one.to_do.variant.name}, key {one.to_do.number}"
    if one.measured is None:
        return f"{run}: the grader failed"
    share = one.measured.held_out
    kept = ", kept" if one.kept else ""
    return f"{run}: {one.measured.outcome.value if share is None else f'{share:.2%}'}{kept}"
