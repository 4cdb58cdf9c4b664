"""The terminal: plain lines to a file, a bar on a terminal, then the table and what changed."""

from __future__ import annotations

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console
from rich.progress import Task

from autograder.grading.results import Result, Status
from autograder.reports import terminal
from autograder.reports.progress import TimeLeft, end_of

PARTS = ["loaders", "model"]


def graded(result: Result, before: Result | None = None, kept: bool = False) -> Any:
    """As autograder.grading.batch.Graded, which would load all of grading."""
    standing = None if before is None else before.standing()
    return SimpleNamespace(result=result, before=standing, kept=kept)


@pytest.fixture
def screen() -> Console:
    return Console(file=io.StringIO(), width=80, record=True)


def lines_of(console: Console) -> list[str]:
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_a_line_a_student_where_there_is_no_terminal(
    small_class: list[Result], screen: Console
) -> None:
    ordered = sorted(small_class, key=lambda result: result.student)
    done = [graded(one, kept=one.student == "s001") for one in ordered]
    results = terminal.follow(done, 12, PARTS, screen)
    assert [result.student for result in results] == ["s001", "s002", "s003", "s004"]
    assert lines_of(screen)[:4] == [
        "[ 1/12] s001  kept  20.0 of 20",
        "[ 2/12] s002  graded  5.0 of 20  6.1 s",
        "[ 3/12] s003  rejected  no score",
        "[ 4/12] s004  internal  no score",
    ]


def test_the_class_as_a_table(small_class: list[Result], screen: Console) -> None:
    terminal.show_class(small_class[1:], PARTS, screen)
    assert lines_of(screen) == [
        "",
        "                    score loaders model held-out",
        "student    status   of 20   of 10 of 10 accuracy",
        "─" * 48,
        "s002       graded     5.0     5.0     -  96.12 %",
        "s001       graded    20.0    10.0  10.0",
        "s003       rejected",
        "",
    ]


def test_a_narrow_terminal_folds_names_and_loses_no_number(
    failing: Result, screen: Console
) -> None:
    long = failing.model_copy(update={"student": "a-name-of-thirty-characters-ab"})
    screen.width = 50
    terminal.show_class([long], PARTS, screen)
    rows = lines_of(screen)
    assert "".join(line[:14].strip() for line in rows[4:]) == long.student
    assert rows[4].endswith(" 96.12 %")


def test_says_who_needs_a_person_and_what_changed(
    small_class: list[Result], failing: Result, screen: Console
) -> None:
    loaders = failing.parts[0].model_copy(update={"points": 2.5})
    better = failing.model_copy(update={"score": 2.5, "parts": (loaders, *failing.parts[1:])})
    lost = failing.model_copy(update={"student": "s003"})
    by_name = {one.student: one for one in small_class}
    done = [
        graded(by_name["s004"]),
        graded(by_name["s003"], before=lost),
        graded(failing, before=better),
        graded(by_name["s001"], before=by_name["s001"], kept=True),
    ]
    terminal.follow(done, 4, PARTS, screen)
    assert lines_of(screen)[-11:] == [
        "Look at these first:",
        "  s004  internal  Could not be checked: loaders (1 check)",
        "  s003  rejected  data.bin is a link; hand in the file itself",
        "  s002  timeout  Ran out of time: loaders (1 check)",
        "",
        "Changed since the last grading:",
        "student     before       now  change  parts",
        "─" * 51,
        "s002           2.5       5.0    +2.5  loaders +2.5",
        "s003           5.0  rejected",
        "",
    ]


def test_points_that_moved_between_parts_are_a_change_too(failing: Result, screen: Console) -> None:
    loaders, model = failing.parts
    moved = failing.model_copy(
        update={
            "parts": (
                loaders.model_copy(update={"points": loaders.points - 1.5}),
                model.model_copy(update={"points": model.points + 1.5}),
            )
        }
    )
    terminal.show_changes([graded(moved, before=failing, kept=True)], screen)
    assert lines_of(screen)[3] == ("s002           5.0  5.0     0.0  loaders -1.5, model +1.5")


def test_says_nothing_where_nothing_is_to_be_said(
    make_result: Callable[..., Result], screen: Console
) -> None:
    same = make_result("a", score=3.0)
    terminal.show_attention([same], screen)
    terminal.show_changes([graded(same, before=same), graded(make_result("b"))], screen)
    assert screen.export_text() == ""


def test_a_bar_on_a_terminal(small_class: list[Result]) -> None:
    screen = Console(file=io.StringIO(), width=80, force_terminal=True, _environ={"TERM": "xterm"})
    kept = graded(small_class[2], kept=True)
    terminal.follow([kept, *map(graded, (small_class[1], small_class[3]))], 4, PARTS, screen)
    text = cast(io.StringIO, screen.file).getvalue()
    assert "3 of 4" in text
    assert "1 kept, 1 graded, 1 rejected" in text
    assert "[3/4] s003  rejected  no score" in text
    assert "[2/4]" not in text


def test_a_dumb_terminal_gets_lines(small_class: list[Result]) -> None:
    screen = Console(file=io.StringIO(), width=80, force_terminal=True, _environ={"TERM": "dumb"})
    terminal.follow([graded(small_class[2])], 1, PARTS, screen)
    assert "[1/1] s001  graded" in cast(io.StringIO, screen.file).getvalue()


def test_the_bar_is_gone_when_grading_stops(small_class: list[Result]) -> None:
    def stopped() -> Any:
        yield graded(small_class[2])
        raise KeyboardInterrupt

    screen = Console(file=io.StringIO(), width=80, force_terminal=True, _environ={"TERM": "xterm"})
    with pytest.raises(KeyboardInterrupt):
        terminal.follow(stopped(), 4, PARTS, screen)
    text = cast(io.StringIO, screen.file).getvalue()
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l"), "the cursor is shown again"


def test_the_time_left_knows_nothing_of_what_was_kept() -> None:
    assert end_of(0.5, 0, 40) is None
    assert end_of(elapsed=10.0, fresh=2, left=4) == 30.0


@pytest.mark.parametrize(
    ("ends_at", "shown"),
    [(None, ""), (95.0, "about 35 s left"), (660.0, "about 10 min left"), (60.0, "about 1 s left")],
)
def test_the_time_left_counts_down(ends_at: float | None, shown: str) -> None:
    task = SimpleNamespace(fields={"ends_at": ends_at}, finished=False, elapsed=60.0)
    assert TimeLeft().render(cast(Task, task)).plain == shown


HOSTILE = "\x1b[31m[bold]x[/] :smile: \r\n\u202e[link=https://example.org]y"


def test_a_name_neither_styles_nor_breaks_the_terminal(make_result: Callable[..., Result]) -> None:
    screen = Console(file=io.StringIO(), width=200, force_terminal=True, _environ={"TERM": "dumb"})
    hostile = make_result(HOSTILE, status=Status.REJECTED, score=None, notes=(HOSTILE,))
    before = make_result(HOSTILE)
    terminal.follow([graded(hostile, before=before)], 1, ["[red]part"], screen)
    text = cast(io.StringIO, screen.file).getvalue()
    escaped = r"\x1b[31m[bold]x[/] :smile: \r\n\u202e[link=https://example.org]y"
    assert f"[1/1] {escaped}  rejected" in text
    assert f"  {escaped}  rejected  {escaped}" in text
    assert "    0.0  rejected " in text
    assert "[red]part" in text
    for forbidden in ("\x1b[31m", "\r", "\u202e", "\x1b]8"):
        assert forbidden not in text


def test_a_terminal_that_lacks_the_characters_does_not_stop_grading(
    make_result: Callable[..., Result],
) -> None:
    raw = io.BytesIO()
    screen = Console(file=io.TextIOWrapper(raw, encoding="ascii"), width=100)
    terminal.follow([graded(make_result("Zoë 李"))], 1, PARTS, screen)
    screen.file.flush()
    assert b"[1/1] Zo\\xeb \\u674e  graded" in raw.getvalue()


def test_a_very_long_name_is_cut_in_the_table() -> None:
    assert terminal.shortened("a" * 40) == "a" * 40
    assert terminal.shortened("a" * 200) == "a" * 37 + "..."


def test_a_line_ends(make_result: Callable[..., Result]) -> None:
    screen = Console(file=io.StringIO(), width=200)
    long = "b" * 10_000_000
    rejected = make_result("a", status=Status.REJECTED, score=None, notes=(f"Rejected: {long}",))
    terminal.follow([graded(rejected), graded(make_result(long))], 2, PARTS, screen)
    text = cast(io.StringIO, screen.file).getvalue()
    assert f"  a  rejected  {'b' * 984}…" in text
    assert len(text) < 5_000


def test_no_column_for_an_accuracy_that_nobody_counts(
    small_class: list[Result], screen: Console
) -> None:
    class_ = [one.model_copy(update={"accuracy": None}) for one in small_class[1:]]
    terminal.show_class(class_, PARTS, screen)
    assert lines_of(screen)[1:3] == [
        "                    score loaders model",
        "student    status   of 20   of 10 of 10",
    ]
