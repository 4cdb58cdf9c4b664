"""The table for late work in a course file: what it may say, and how a mistake in it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.course import CourseError, Late, load

DUE = "    due: 2027-03-01 23:59 Europe/Berlin # a time zone by name, or an offset such as +01:00\n"

CourseCopy = Callable[..., Path]


@pytest.fixture
def with_late(course_copy: CourseCopy) -> Callable[[str], Path]:
    """A course with this table after the due date, so that it begins on line 16."""

    def write(text: str) -> Path:
        indented = "".join(f"    {line}\n" for line in text.splitlines())
        return course_copy((DUE, DUE + indented))

    return write


def late(path: Path) -> Late:
    found = load(path).assignments["mnist"].late
    assert found is not None
    return found


TABLE = """\
late:
  penalty: 10
  per: hour
  cap: 50
  grace_minutes: 10
  grace_days: 1
  cut_off: 2027-03-08 23:59 Europe/Berlin
  students:
    s001: {due: 2027-03-05 23:59 Europe/Berlin}
    "007": {grace_days: 3}
"""


def test_is_read(with_late: Callable[[str], Path]) -> None:
    found = late(with_late(TABLE))
    assert (found.penalty, found.per, found.cap) == (10, "hour", 50)
    assert (found.grace_minutes, found.grace_days) == (10, 1)
    assert found.cut_off is not None
    assert found.cut_off.astimezone(UTC) == datetime(2027, 3, 8, 22, 59, tzinfo=UTC)
    assert found.grace_days_of("007") == 3
    assert found.grace_days_of("s001") == 1
    own = found.students["s001"].due
    assert own is not None
    assert own.astimezone(UTC) == datetime(2027, 3, 5, 22, 59, tzinfo=UTC)


def test_needs_no_more_than_a_penalty(with_late: Callable[[str], Path]) -> None:
    found = late(with_late("late: {penalty: 10}"))
    assert (found.per, found.cap, found.grace_days, found.cut_off) == ("day", 100, 0, None)


def test_need_not_be_there(course_copy: CourseCopy) -> None:
    assert load(course_copy()).assignments["mnist"].late is None


MISTAKES = {
    "late: {}": (
        "16: assignments.mnist.late.penalty: expected a number of percent, above 0 and at most "
        "100, found nothing; add for example `penalty: 10`"
    ),
    "late: {penalty: 10 %}": (
        "16: assignments.mnist.late.penalty: expected a number of percent, above 0 and at most "
        "100, found the text '10 %'; write for example `penalty: 10`"
    ),
    "late: {penalty: 10, per: week}": (
        "16: assignments.mnist.late.per: expected day or hour, found the text 'week'; write for "
        "example `per: day`"
    ),
    "late: {penalty: 10, cap: 5}": (
        "16: assignments.mnist.late.cap: expected at least the penalty, 10, found 5; raise it"
    ),
    "late: {penalty: 10, grace_minute: 5}": (
        "16: assignments.mnist.late.grace_minute: expected a known key, found 'grace_minute'; did "
        "you mean 'grace_minutes'?"
    ),
    "late: {penalty: 10, grace_minutes: -5}": (
        "16: assignments.mnist.late.grace_minutes: expected a whole number of minutes, at least "
        "0, found -5; write for example `grace_minutes: 10`"
    ),
    "late:\n  penalty: 10\n  cut_off: 2027-03-08": (
        "18: assignments.mnist.late.cut_off: expected a date, a time and a time zone, found the "
        "text '2027-03-08'; write for example `cut_off: 2027-03-01 23:59 Europe/Berlin`"
    ),
    "late:\n  penalty: 10\n  cut_off: 2027-02-08 12:00 Z": (
        "18: assignments.mnist.late.cut_off: expected a time after the due date, found one before "
        "it; move it, or drop it"
    ),
    "late:\n  penalty: 10\n  students:\n    s001: {due: 2027-02-08 12:00 Z}": (
        "19: assignments.mnist.late.students.s001.due: expected a time after everybody's due "
        "date, found one before it; move it"
    ),
    "late:\n  penalty: 10\n  students:\n    s001: {days: 2}": (
        "19: assignments.mnist.late.students.s001.days: expected a known key, found 'days'; "
        "there is due, grace_days"
    ),
}


@pytest.mark.parametrize("table", MISTAKES)
def test_a_mistake_is_told_with_line_key_and_fix(
    with_late: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    path = with_late(table)
    monkeypatch.chdir(path.parent)
    with pytest.raises(CourseError) as caught:
        load(Path("course.yaml"))
    assert str(caught.value) == f"course.yaml:{MISTAKES[table]}"
