"""Gives each student a folder of their own below the results, whatever the student is called."""

from __future__ import annotations

import hashlib

from ..printable import is_active

OWN_FILES = frozenset({"grades.csv", "report.html", "exports"})
"""What the kit itself writes beside the students' folders."""
STUDENT_FILES = frozenset(
    {"result.json", "figures.json", "grader.log", "feedback.html", "feedback.md"}
)
"""What it writes in each of them."""
MAX_BYTES = 180
"""In the name of a folder; file systems stop at 255, and files beside it have longer names."""

_ELSEWHERE = frozenset('/\\:*?"<>|%')
"""What one system or another allows in no name, and the sign that stands for it."""


def folder_name(student: str) -> str:
    """The name of `student`'s folder: the same for the same student, another for any other.

    An ordinary name stays as it is. What some system can't have in a name, or would act on, is
    written as a URL has it: `<b>` becomes `%3Cb%3E`, `-rf` becomes `%2Drf`, and a student called
    `report.html` gets `%72eport.html`.
    """
    name = "".join(_escaped(one) if _is_escaped(one) else one for one in student)
    if name.startswith((".", "-", "~", " ")) or name.lower() in OWN_FILES or not name:
        name = (_escaped(name[0]) if name else "%") + name[1:]
    if name.endswith((".", " ")):
        name = name[:-1] + _escaped(name[-1])
    if len(name.encode("utf-8")) <= MAX_BYTES:
        return name
    # No name has two of the sign together otherwise.
    return f"{_beginning(name)}%%{hashlib.sha256(_bytes(student)).hexdigest()[:32]}"


def _is_escaped(character: str) -> bool:
    return character in _ELSEWHERE or is_active(character)


def _escaped(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in _bytes(text))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _beginning(name: str) -> str:
    return name.encode("utf-8")[: MAX_BYTES - 40].decode("utf-8", "ignore").rstrip("%")
