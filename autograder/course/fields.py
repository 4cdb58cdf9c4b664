"""The kinds of values that a course file has: what each accepts, and what an error says of it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from autograder.course.errors import shown

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?) ?(\S*)")
_EXAMPLE = "2027-03-01 23:59 Europe/Berlin"


class Strict(BaseModel):
    """Nothing is converted, ignored or changed later. A field's description is what an error says
    was expected, its example is the fix.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def moment(name: str) -> Any:
    """Reads the point in time of the key `name` as `read_moment` does."""
    return BeforeValidator(lambda value: read_moment(name, value))


def moment_or_none(name: str) -> Any:
    """The same where the key may be left empty."""
    return BeforeValidator(lambda value: None if value is None else read_moment(name, value))


def read_moment(name: str, value: Any) -> datetime:
    """`2027-03-01 23:59 Europe/Berlin`, or an offset such as +01:00 or Z for the zone.

    Days added to it keep the clock's time of day, also where the clocks change. Raises ValueError
    with what to write.
    """
    if isinstance(value, str) and (match := _MOMENT.fullmatch(value.strip())):
        date, time, zone = match.groups()
        try:
            if re.fullmatch(r"Z|[+-]\d{2}:?\d{2}", zone):
                return datetime.fromisoformat(f"{date}T{time}{zone}")
            if zone:
                return datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=ZoneInfo(zone))
        except (ValueError, ZoneInfoNotFoundError, OSError):
            pass
    raise ValueError(
        f"expected a date, a time and a time zone, found {shown(value)}; "
        f"write for example `{name}: {_EXAMPLE}`"
    )


def moment_field() -> Any:
    """The words that belong to `moment`."""
    return Field(description="a date, a time and a time zone", examples=[_EXAMPLE])


def whole(of_what: str, example: str, least: int = 1) -> Any:
    description = f"a whole number of {of_what}, at least {least}"
    return Field(ge=least, description=description, examples=[example])


def percent(example: str) -> Any:
    description = "a number of percent, above 0 and at most 100"
    return Field(gt=0, le=100, allow_inf_nan=False, description=description, examples=[example])
