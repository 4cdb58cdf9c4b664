"""Turns what went wrong into an exit code and a message, so that nobody sees a traceback."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import ParamSpec

from rich.console import Console

from ..atomic import is_of_the_disk
from ..course import Assignment, Course, CourseError
from ..interruption import Stopped, stoppable
from ..printable import printable

OK, STALE, USAGE, INTERNAL = 0, 1, 2, 3

P = ParamSpec("P")


class UsageError(Exception):
    """Something the user can mend; the message says what was expected, found, and what to do."""


def say(text: str) -> None:
    """A line on the terminal; what would act on the terminal is shown instead."""
    Console(soft_wrap=True).print(printable(text, "\n\t"), markup=False, highlight=False)


def complain(text: str) -> None:
    """The same on standard error."""
    console = Console(stderr=True, soft_wrap=True)
    console.print(printable(text, "\n\t"), markup=False, highlight=False)


def exit_code(command: Callable[P, int]) -> Callable[P, int]:
    """Let `command` end in an exit code whatever the user did wrong, and soon when told to stop."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            with stoppable():
                return command(*args, **kwargs)
        except (CourseError, UsageError) as error:
            complain(str(error))
            return USAGE
        except Stopped as stopped:
            with contextlib.suppress(OSError):  # The terminal may be what has gone.
                complain(f"Stopped. {stopped.advice}".rstrip())
            return stopped.exit_code
        except OSError as error:
            complain(trouble(error))
            return USAGE

    return run


def trouble(error: OSError) -> str:
    """What went wrong with which file, and what to do."""
    where = f"{error.filename}: " if error.filename else ""
    what_to_do = "free some space" if is_of_the_disk(error) else "check the permissions"
    return f"{where}{error.strerror or error}; {what_to_do} and give the same command again."


def the_one(course: Course, name: str | None) -> Assignment:
    """The assignment meant by `name`; None is clear where the course has only one."""
    if name is None:
        if len(course.assignments) > 1:
            names = ", ".join(course.assignments)
            raise UsageError(f"--assignment: expected one of {names}, found none; name one")
        (name,) = course.assignments
    return course.assignment(name)
