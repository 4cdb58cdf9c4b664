"""What `late:` in a course file may say: how much handing in late costs, and whom it does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from autograder.course.errors import Key, Problem
from autograder.course.fields import Strict, moment, moment_field, percent, whole


class OwnRule(Strict):
    """What holds for one student in place of what holds for all."""

    due: Annotated[datetime | None, moment("due"), moment_field()] = None
    """An extension. The cut-off moves by as much."""
    grace_days: Annotated[int | None, whole("days", "2", least=0)] = None


class Late(Strict):
    """What handing in late costs, in percent of the assignment's points."""

    penalty: Annotated[float, percent("10")]
    """For each day or hour that has begun."""
    per: Annotated[Literal["day", "hour"], Field(description="day or hour", examples=["day"])] = (
        "day"
    )
    """A day ends at the due time of day, also where the clocks change in between."""
    cap: Annotated[float, percent("50")] = 100.0
    """The most that is taken off, the cut-off aside."""
    grace_minutes: Annotated[int, whole("minutes", "10", least=0)] = 0
    """So late is still on time. Later than that, lateness counts from the due date."""
    grace_days: Annotated[int, whole("days", "2", least=0)] = 0
    """Days after the due date that cost nothing."""
    cut_off: Annotated[datetime | None, moment("cut_off"), moment_field()] = None
    """What comes later gets no points."""
    students: Annotated[
        dict[str, OwnRule],
        Field(
            default_factory=dict,
            description="students by the name of their folder, each with a rule of its own",
            examples=["{s001: {due: 2027-03-05 23:59 Europe/Berlin}}"],
        ),
    ]

    def due_of(self, student: str, due: datetime) -> datetime:
        """When `student` has to hand in, with the extension."""
        own = self.students.get(student)
        return own.due if own is not None and own.due is not None else due

    def grace_days_of(self, student: str) -> int:
        own = self.students.get(student)
        return self.grace_days if own is None or own.grace_days is None else own.grace_days

    def cut_off_of(self, student: str, due: datetime) -> datetime | None:
        """The cut-off for `student`, moved by as many days and hours as the due date is."""
        if self.cut_off is None:
            return None
        own = self.due_of(student, due)
        moved: timedelta = own.replace(tzinfo=None) - due.replace(tzinfo=None)
        return self.cut_off + moved


def contradictions(late: Late, due: datetime, key: Key) -> list[Problem]:
    """What is wrong between values of a late table that are fine on their own."""
    found: list[Problem] = []
    if late.cut_off is not None and late.cut_off < due:
        text = "expected a time after the due date, found one before it; move it, or drop it"
        found.append(Problem((*key, "cut_off"), text))
    if late.cap < late.penalty:
        text = f"expected at least the penalty, {late.penalty:g}, found {late.cap:g}; raise it"
        found.append(Problem((*key, "cap"), text))
    for student, own in late.students.items():
        if own.due is not None and own.due < due:
            text = "expected a time after everybody's due date, found one before it; move it"
            found.append(Problem((*key, "students", student, "due"), text))
    return found
