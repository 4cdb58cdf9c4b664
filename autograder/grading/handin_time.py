"""Finds out when a submission was handed in, and says from what: the better the source, the sooner
it is asked.

What the instructor has outweighs what a student could write: a table of times comes before the
`timestamp.txt` that nbgrader leaves beside the notebooks, and that before the times of the files,
which copying changes.
"""

from __future__ import annotations

import csv
import os
import re
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .contents import MAX_ENTRIES, is_left_out
from .results import Result, Submitted
from .submission import TIMESTAMP, HandedIn

TABLE = "times.csv"
"""Beside the students' folders: what the platform that collected the submissions says."""
FILES = "the files' own times"
_MOST_BYTES = 200
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(\S*)")


class BadTimes(Exception):
    """The table of times can't be used; the message names the line and what to do."""


def time_of(handed_in: HandedIn, table: Mapping[str, Submitted]) -> Submitted | None:
    """When this was handed in; None where nothing can be found out."""
    if handed_in.student in table:
        return table[handed_in.student]
    stamp = _stamp(handed_in.path / TIMESTAMP)
    time = None if stamp is None else parsed(stamp)
    if time is not None:
        return Submitted(time=time, source=TIMESTAMP)
    newest = max(_file_times(handed_in.path), default=None)
    if newest is None:
        return None
    source = FILES if stamp is None else f"{FILES}; {TIMESTAMP} can't be read"
    return Submitted(time=datetime.fromtimestamp(int(newest), UTC), source=source)


def the_earlier(
    submitted: Submitted | None, result: Result, before: Result | None
) -> Submitted | None:
    """`submitted`, or the time in an earlier result where the same files were copied since.

    The same files that lay there earlier were handed in earlier: copying makes no one late.
    """
    if submitted is None or before is None or before.submitted is None:
        return submitted
    same = result.submission_digest and result.submission_digest == before.submission_digest
    by_files = submitted.source.startswith(FILES) and before.submitted.source.startswith(FILES)
    return min(submitted, before.submitted, key=_time) if same and by_files else submitted


def read_table(submissions: Path) -> dict[str, Submitted]:
    """`times.csv` in the folder of a class, `student,submitted` a line; {} where there is none.

    A time is as in `timestamp.txt`: date, time and time zone, UTC where it names none. Raises
    BadTimes.
    """
    path = submissions / TABLE
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadTimes(
            f"{path}: expected a table in UTF-8, found {error}; save it as CSV UTF-8"
        ) from None
    found: dict[str, Submitted] = {}
    for number, row in enumerate(rows, start=2):
        student, text = row.get("student"), row.get("submitted")
        if student is None or text is None:
            raise BadTimes(
                f"{path}:{number}: expected the columns student and submitted, found "
                f"{', '.join(map(str, row))}; write `student,submitted` as the first line"
            )
        time = parsed(text)
        if time is None:
            raise BadTimes(
                f"{path}:{number}: expected a date, a time and a time zone, found {text!r}; "
                "write for example 2027-03-01 23:59:00 Europe/Berlin"
            )
        found[student] = Submitted(time=time, source=TABLE)
    return found


def parsed(text: str) -> datetime | None:
    """`2027-03-01 23:59:00.000000 Europe/Berlin`, as nbgrader writes it; None for anything else.

    Where no time zone is named it is UTC.
    """
    match = _STAMP.fullmatch(text.strip())
    if match is None:
        return None
    date, time, zone = match.groups()
    try:
        if re.fullmatch(r"Z|[+-]\d\d:?\d\d", zone):
            return datetime.fromisoformat(f"{date}T{time}{zone}")
        return datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=ZoneInfo(zone or "UTC"))
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None


def _stamp(path: Path) -> str | None:
    """What the small ordinary file at `path` says; None where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return file.read(_MOST_BYTES).decode("utf-8", "replace")


def _file_times(place: Path) -> Iterator[float]:
    """When each file of a submission was changed last, in seconds; a zip is one file."""
    try:
        state = os.lstat(place)
    except OSError:
        return
    if not stat.S_ISDIR(state.st_mode):
        yield state.st_mtime
        return
    seen = 0
    for folder, folders, names in os.walk(place):
        folders[:] = [name for name in folders if not is_left_out((name,))]
        for name in names:
            seen += 1
            if seen > MAX_ENTRIES:
                return
            if name != TIMESTAMP and not is_left_out((name,)):
                try:
                    yield os.lstat(os.path.join(folder, name)).st_mtime
                except OSError:
                    continue


def _time(submitted: Submitted) -> datetime:
    return submitted.time
