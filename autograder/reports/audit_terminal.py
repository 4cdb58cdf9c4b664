"""Shows an instructor an audit on the terminal: as it goes, then what the checks can't see."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ..audit import findings
from ..audit.results import Audit, CheckLine, MutantOutcome
from .progress import plain_text
from .terminal import LOG_WIDTH
from .words import points_text, time_text

One = TypeVar("One")
MOST = 20
"""So many survivors are shown; the page has all of them."""
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def watched(graded: Iterable[One], total: int, word: str) -> Iterator[One]:
    """Pass on what `graded` yields, with a bar on a terminal and a line elsewhere."""
    console = _console()
    if not console.is_terminal or console.is_dumb_terminal:
        if total:
            console.print(f"Grading: {word}, {total}", highlight=False)
        yield from graded
        return
    columns = (
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.completed:.0f} of {task.total:.0f}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, expand=True, transient=True) as progress:
        task = progress.add_task(word, total=total)
        for one in graded:
            progress.advance(task)
            yield one


def show_audit(audit: Audit, console: Console | None = None) -> None:
    """The scores, then each thing that somebody has to look at."""
    console = console or _console()
    _show_scores(audit, console)
    _show_survivors(audit, console)
    _show_wheats(audit, console)
    _show_checks(audit, console)
    _show_leaks(audit, console)
    _show_prices(audit, console)
    _say(
        console,
        f"{audit.graded} gradings, {audit.kept} kept from before, {time_text(audit.seconds)}; "
        f"{audit.setting}.",
    )


def _console() -> Console:
    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = LOG_WIDTH
    return console


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(plain_text(console, text, style), soft_wrap=True)


def _show_scores(audit: Audit, console: Console) -> None:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("part", overflow="fold", min_width=10)
    for name in ("mutants", "caught", "equivalent", "survived", "score"):
        table.add_column(name, justify="right", no_wrap=True)
    for part in audit.parts:
        score = findings.score_of_part(audit, part)
        if score.counted or score.equivalent:
            table.add_row(plain_text(console, part.name), *_cells(score))
    table.add_section()
    table.add_row(Text("in all", "bold"), *_cells(findings.score_of(audit.mutants)))
    console.print()
    if audit.selection:
        _say(console, f"Only {audit.selection}.")
    console.print(table)
    console.print()


def _cells(score: findings.Score) -> list[str]:
    numbers = (
        score.counted + score.equivalent,
        score.caught,
        score.equivalent,
        score.counted - score.caught,
    )
    return [*map(str, numbers), score.text]


def _show_survivors(audit: Audit, console: Console) -> None:
    shown, left = findings.first_lines(findings.survivors(audit), MOST)
    if shown:
        _say(console, "No check of its part catches:", "bold")
    for mutant in shown:
        _say(console, f"  {mutant.id}", "bold red")
        _say(console, f"    {mutant.thought}{_seen_together(mutant)}")
        for line in mutant.diff.splitlines()[2:]:
            _say(console, f"    {line}", _STYLES.get(line[:1], ""))
        _say(
            console, f"    should have seen it: {_names(findings.should_have_seen(mutant, audit))}"
        )
        console.print()
    if left:
        _say(console, f"  … and {left} more, which are on the page.")
        console.print()


def _names(checks: list[CheckLine]) -> str:
    return ", ".join(check.id for check in checks[:3])


def _seen_together(mutant: MutantOutcome) -> str:
    lost = [name for name, points in mutant.together.items() if points]
    return f" Seen by {', '.join(lost)} alone." if lost else ""


def _show_wheats(audit: Audit, console: Console) -> None:
    failed = sum(bool(wheat.missed) for wheat in audit.wheats)
    if audit.wheats:
        rounds = max(wheat.rounds for wheat in audit.wheats)
        _say(
            console,
            f"{len(audit.wheats) - failed} of {len(audit.wheats)} wheats keep full marks, "
            f"with {rounds} keys each.",
            "bold",
        )
    for check, misses in findings.brittle(audit).items():
        _say(console, f"  brittle: {check}", "bold red")
        for wheat, miss in misses[:3]:
            _say(console, f"    {wheat.id}, key {miss.round}: {miss.message}")
    if audit.wheats:
        console.print()


def _show_checks(audit: Audit, console: Console) -> None:
    found = findings.check_findings(audit)
    groups = (
        ("vacuous, as no mutant fails them", [one for one in found if one.vacuous]),
        ("redundant, as others catch all that they catch", [one for one in found if one.redundant]),
    )
    for words, checks in groups:
        if checks:
            _say(console, f"Checks that are {words}:", "bold")
        for one in checks:
            _say(console, f"  {one.check.id}  ({_mutants(one.catches)})")
        if checks:
            console.print()


def _mutants(count: int) -> str:
    return "catches 1 mutant" if count == 1 else f"catches {count} mutants"


def _show_leaks(audit: Audit, console: Console) -> None:
    lost = findings.leaks(audit)
    if lost:
        _say(console, "Bugs that cost points in another part:", "bold")
    for mutant in lost:
        where = ", ".join(f"{name} {points_text(p)}" for name, p in mutant.elsewhere.items())
        _say(console, f"  {mutant.id}: {where}", "red")
    if not lost and audit.mutants:
        _say(console, "No mutant costs points in another isolated part.")
    console.print()


def _show_prices(audit: Audit, console: Console) -> None:
    odd = findings.mispriced(audit)
    if odd:
        _say(console, "Bugs that don't cost what they are worth:", "bold")
    for price in odd[:MOST]:
        _say(
            console,
            f"  {price.mutant.id} costs {points_text(price.mutant.lost)} points and is worth "
            f"{points_text(price.worth)}",
        )
    if odd:
        console.print()
