"""Takes off what handing in late costs. It needs the score and the time alone, so that a course can
change its rule and no student's code has to run again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ..course import Assignment, Late
from ..selfcheck.table import points_text
from .results import LateWork, Result, Submitted

_HOUR = timedelta(hours=1)


def settled(result: Result, assignment: Assignment, submitted: Submitted | None) -> Result:
    """`result` with the time it was handed in and the score that the course's rule leaves of it."""
    raw = result.score if result.raw_score is None else result.raw_score
    late = None
    if assignment.late is not None and submitted is not None and raw is not None:
        late = late_work(
            assignment.late, assignment.due, result.student, submitted, raw, result.max_score
        )
    score = raw if raw is None or late is None else _tidy(raw - late.penalty)
    return result.model_copy(
        update={"score": score, "raw_score": raw, "submitted": submitted, "late": late}
    )


def late_work(
    rule: Late,
    everybodys_due: datetime,
    student: str,
    submitted: Submitted,
    raw: float,
    max_score: float,
) -> LateWork:
    """What `rule` makes of `raw` points of at most `max_score`.

    A day ends at the due time of day in the due date's time zone, so that one over which the clocks
    change has 23 or 25 hours; an hour always has 60 minutes.
    """
    due = rule.due_of(student, everybodys_due)
    cut_off = rule.cut_off_of(student, everybodys_due)
    time = submitted.time.astimezone(UTC)
    grace = timedelta(minutes=rule.grace_minutes)
    is_late = time > due.astimezone(UTC) + grace
    is_cut_off = cut_off is not None and time > cut_off.astimezone(UTC)
    grace_days = units = 0
    if is_late and not is_cut_off:
        grace_days = min(rule.grace_days_of(student), days_late(due, time))
        free_until = due + timedelta(days=grace_days)
        units = days_late(free_until, time) if rule.per == "day" else hours_late(free_until, time)
    each = rule.penalty / 100 * max_score
    most = rule.cap / 100 * max_score
    penalty = raw if is_cut_off else min(units * each, most, raw)
    words = [_when(submitted, due, cut_off if is_cut_off else None)]
    total = ""
    if is_cut_off:
        words.append("That is after the cut-off.")
        total = f"0 points instead of {points_text(raw)}."
    elif is_late:
        since_due = days_late(due, time) if rule.per == "day" else hours_late(due, time)
        words.append(_how_late(since_due, rule.per, grace_days, units))
        total = _sum(raw, units, each, most) if units else "It costs nothing."
    elif time > due.astimezone(UTC):
        words.append(f"That is within the {rule.grace_minutes} minutes of grace: on time.")
    else:
        words.append("On time.")
    return LateWork(
        due=due,
        units=units,
        unit=rule.per,
        grace_days=grace_days,
        cut_off=is_cut_off,
        penalty=_tidy(penalty),
        lateness=" ".join(words),
        sum=total,
    )


def days_late(due: datetime, time: datetime) -> int:
    """How many days after `due` have begun, each from one due time of day to the next."""
    days = max(0, (time.astimezone(due.tzinfo).date() - due.date()).days - 1)
    while time > (due + timedelta(days=days)).astimezone(UTC):
        days += 1
    return days


def hours_late(due: datetime, time: datetime) -> int:
    """How many hours after `due` have begun."""
    return max(0, -((due.astimezone(UTC) - time) // _HOUR))


def _when(submitted: Submitted, due: datetime, cut_off: datetime | None) -> str:
    handed_in = _clock(submitted.time.astimezone(due.tzinfo))
    ends = f", cut off {_clock(cut_off)}" if cut_off is not None else ""
    return f"Handed in {handed_in} ({submitted.source}), due {_clock(due)}{ends}."


def _clock(time: datetime) -> str:
    seconds = ":%S" if time.second else ""
    return time.strftime(f"%Y-%m-%d %H:%M{seconds} %Z")


def _how_late(late: int, unit: str, grace_days: int, charged: int) -> str:
    text = f"{_count(late, unit)} late (one that has begun counts)"
    if grace_days:
        text += f", {_count(grace_days, 'grace day')} used, {_count(charged, unit)} charged"
    return text + "."


def _sum(raw: float, units: int, each: float, most: float) -> str:
    asked = units * each
    taken = f"{units} × {points_text(each)}"
    if asked > most:
        taken = f"{points_text(most)} (the most that is taken off; {taken} would be more)"
    left = _tidy(raw - min(asked, most))
    outcome = points_text(left) if left >= 0 else f"{points_text(left)}, so 0"
    return f"{points_text(raw)} − {taken} = {outcome} points."


def _count(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


def _tidy(points: float) -> float:
    """Points without the dust of binary fractions."""
    return round(points, 4) + 0.0
