"""What lateness costs: sums around midnight and around the nights in which the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from autograder.course import Late
from autograder.grading.lateness import days_late, hours_late, late_work, settled
from autograder.grading.results import LateWork, Result, Status, Submitted

BERLIN = ZoneInfo("Europe/Berlin")
DUE = datetime(2027, 3, 1, 23, 59, tzinfo=BERLIN)
BEFORE_SPRING = datetime(
    2027, 3, 27, 23, 59, tzinfo=BERLIN
)  # clocks go on in the night to the 28th
BEFORE_AUTUMN = datetime(2027, 10, 30, 23, 59, tzinfo=BERLIN)  # and back in the night to the 31st


def rule(**values: Any) -> Late:
    return Late.model_validate({"penalty": 10, **values})


def handed_in(text: str) -> Submitted:
    """`2027-03-02 00:10`, in Berlin, or with an offset of its own."""
    time = datetime.fromisoformat(text)
    return Submitted(time=time if time.tzinfo else time.replace(tzinfo=BERLIN), source="a stamp")


def late(
    time: str, due: datetime = DUE, raw: float = 92.0, student: str = "s001", **values: Any
) -> LateWork:
    return late_work(rule(**values), due, student, handed_in(time), raw, 100.0)


WORDS = {
    "2027-03-01 23:59": (
        {},
        "Handed in 2027-03-01 23:59 CET (a stamp), due 2027-03-01 23:59 CET. On time.",
    ),
    "2027-03-02 00:04": (
        {"grace_minutes": 5},
        "Handed in 2027-03-02 00:04 CET (a stamp), due 2027-03-01 23:59 CET. "
        "That is within the 5 minutes of grace: on time.",
    ),
    "2027-03-02 00:04:01": (
        {"grace_minutes": 5},
        "Handed in 2027-03-02 00:04:01 CET (a stamp), due 2027-03-01 23:59 CET. "
        "1 day late (one that has begun counts). 92 − 1 × 10 = 82 points.",
    ),
    "2027-03-02 23:59:01": (
        {},
        "Handed in 2027-03-02 23:59:01 CET (a stamp), due 2027-03-01 23:59 CET. "
        "2 days late (one that has begun counts). 92 − 2 × 10 = 72 points.",
    ),
    "2027-03-03 08:00": (
        {"grace_days": 1},
        "Handed in 2027-03-03 08:00 CET (a stamp), due 2027-03-01 23:59 CET. 2 days late "
        "(one that has begun counts), 1 grace day used, 1 day charged. 92 − 1 × 10 = 82 points.",
    ),
    "2027-03-03 09:00": (
        {"grace_days": 3},
        "Handed in 2027-03-03 09:00 CET (a stamp), due 2027-03-01 23:59 CET. 2 days late "
        "(one that has begun counts), 2 grace days used, 0 days charged. It costs nothing.",
    ),
    "2027-03-08 08:00": (
        {"cap": 50},
        "Handed in 2027-03-08 08:00 CET (a stamp), due 2027-03-01 23:59 CET. 7 days late "
        "(one that has begun counts). 92 − 50 (the most that is taken off; 7 × 10 would be more) "
        "= 42 points.",
    ),
    "2027-03-12 08:00": (
        {},
        "Handed in 2027-03-12 08:00 CET (a stamp), due 2027-03-01 23:59 CET. 11 days late "
        "(one that has begun counts). 92 − 100 (the most that is taken off; 11 × 10 would be "
        "more) = -8, so 0 points.",
    ),
    "2027-03-06 00:00": (
        {"cut_off": "2027-03-05 23:59 Europe/Berlin"},
        "Handed in 2027-03-06 00:00 CET (a stamp), due 2027-03-01 23:59 CET, cut off "
        "2027-03-05 23:59 CET. That is after the cut-off. 0 points instead of 92.",
    ),
    "2027-03-02 01:29": (
        {"per": "hour", "penalty": 2.5},
        "Handed in 2027-03-02 01:29 CET (a stamp), due 2027-03-01 23:59 CET. 2 hours late "
        "(one that has begun counts). 92 − 2 × 2.5 = 87 points.",
    ),
}


@pytest.mark.parametrize("time", WORDS)
def test_the_sum_is_spelt_out(time: str) -> None:
    values, words = WORDS[time]
    assert late(time, **values).explanation == words


@pytest.mark.parametrize(
    ("due", "time", "days", "hours"),
    [
        (DUE, "2027-03-01 23:59:00", 0, 0),
        (DUE, "2027-03-01 23:59:01", 1, 1),
        (DUE, "2027-03-02 00:00", 1, 1),
        (DUE, "2027-03-02 23:59", 1, 24),
        (DUE, "2027-03-02 23:59:01", 2, 25),
        # 23 hours later it is the same time of day; the 24th hour belongs to the second day.
        (BEFORE_SPRING, "2027-03-28 01:59", 1, 2),
        (BEFORE_SPRING, "2027-03-28 03:00", 1, 3),
        (BEFORE_SPRING, "2027-03-28 23:59", 1, 23),
        (BEFORE_SPRING, "2027-03-28 23:59:01", 2, 24),
        # 25 hours, of which 02:30 comes twice.
        (BEFORE_AUTUMN, "2027-10-31T02:30+02:00", 1, 3),
        (BEFORE_AUTUMN, "2027-10-31T02:30+01:00", 1, 4),
        (BEFORE_AUTUMN, "2027-10-31 23:59", 1, 25),
        (BEFORE_AUTUMN, "2027-10-31 23:59:01", 2, 26),
        # Another zone's clock shows another date.
        (DUE, "2027-03-01T22:59+00:00", 0, 0),
        (DUE, "2027-03-01T17:00-08:00", 1, 3),
    ],
)
def test_days_end_by_the_clock_and_hours_have_sixty_minutes(
    due: datetime, time: str, days: int, hours: int
) -> None:
    moment = handed_in(time).time.astimezone(UTC)
    assert (days_late(due, moment), hours_late(due, moment)) == (days, hours)


def test_a_due_time_that_the_change_of_clocks_skips() -> None:
    due = datetime(2027, 3, 27, 2, 30, tzinfo=BERLIN)
    after = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 02:30 does not exist: 03:30 in summer
    assert (days_late(due, after), days_late(due, after.replace(second=1))) == (1, 2)


class TestOneStudent:
    RULES = {  # noqa: RUF012
        "students": {
            "s002": {"due": "2027-03-04 23:59 Europe/Berlin"},
            "s003": {"grace_days": 2},
            "s004": {"grace_days": 0},
        },
        "grace_days": 1,
        "cut_off": "2027-03-05 23:59 Europe/Berlin",
    }

    def penalty(self, student: str, time: str) -> float:
        return late(time, student=student, **self.RULES).penalty

    def test_has_an_extension(self) -> None:
        assert self.penalty("s001", "2027-03-04 12:00") == 20.0
        assert self.penalty("s002", "2027-03-04 12:00") == 0.0

    def test_has_a_cut_off_that_moves_with_the_extension(self) -> None:
        assert self.penalty("s001", "2027-03-06 00:00") == 92.0
        assert self.penalty("s002", "2027-03-06 00:00") == 10.0
        assert self.penalty("s002", "2027-03-09 00:00") == 92.0

    def test_has_grace_days_of_their_own(self) -> None:
        assert [self.penalty(who, "2027-03-03 12:00") for who in ("s001", "s003", "s004")] == [
            10.0, 0.0, 20.0,
        ]  # fmt: skip


def test_grace_days_of_an_hourly_rule_are_days_by_the_clock() -> None:
    values: dict[str, Any] = {"due": BEFORE_SPRING, "per": "hour", "grace_days": 1}
    assert late("2027-03-28 23:59", **values).units == 0
    assert late("2027-03-29 00:00", **values).units == 1


class TestAResult:
    RESULT = Result(
        student="s001", assignment="digits", status=Status.GRADED, score=92.0, max_score=100.0
    )

    def settle(self, result: Result, time: str | None, **values: Any) -> Result:
        assignment: Any = type("Assignment", (), {"due": DUE, "late": rule(**values)})
        return settled(result, assignment, None if time is None else handed_in(time))

    def test_keeps_raw_score_penalty_and_score(self) -> None:
        result = self.settle(self.RESULT, "2027-03-02 12:00")
        assert result.late is not None
        assert (result.raw_score, result.late.penalty, result.score) == (92.0, 10.0, 82.0)
        assert Result.model_validate_json(result.model_dump_json()) == result

    def test_is_the_same_when_it_is_settled_again(self) -> None:
        once = self.settle(self.RESULT, "2027-03-02 12:00")
        assert self.settle(once, "2027-03-02 12:00") == once

    def test_changes_with_the_rule(self) -> None:
        once = self.settle(self.RESULT, "2027-03-02 12:00")
        assert self.settle(once, "2027-03-02 12:00", penalty=1).score == 91.0

    def test_is_what_it_was_where_no_time_is_known(self) -> None:
        result = self.settle(self.RESULT, None)
        assert (result.score, result.raw_score, result.late) == (92.0, 92.0, None)

    @pytest.mark.parametrize("status", [Status.REJECTED, Status.INTERNAL])
    def test_without_a_score_gets_none(self, status: Status) -> None:
        nothing = self.RESULT.model_copy(update={"status": status, "score": None})
        result = self.settle(nothing, "2027-03-02 12:00")
        assert (result.score, result.raw_score, result.late) == (None, None, None)

    def test_has_no_dust_of_binary_fractions(self) -> None:
        result = self.settle(self.RESULT, "2027-03-02 02:30", per="hour", penalty=0.1)
        assert result.score == 91.7
