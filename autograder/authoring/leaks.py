"""Looks for what students must not see in what they get, down to the last string of a notebook.

Secret is every line of a solution, of a hidden test and of a file that isn't handed out. Lines
are compared by their words and signs, so that spaces, indentation and quoting hide nothing, and
a secret line within a longer one is found. A line of fewer than two words (`else:`, `float,`) or
of numbers alone (`0.1931,`) says nothing, and one that also stands outside of all regions in a
file that is handed out is no secret (`import torch`, or a step that the handout explains).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..course.errors import shown_path
from .markers import marker_of, meant_marker
from .regions import scan
from .shipping import Shipped

NOT_SOURCE = ("__pycache__", ".ipynb_checkpoints", ".pytest_cache", "data", "runs")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_WORD = re.compile(r"\w+")
_WORDS_AND_SIGNS = re.compile(r"\w+|[^\w\s]")
_SHOWN = 3


@dataclass(frozen=True)
class Secret:
    """A line that no student may see."""

    path: Path
    line: int
    text: str

    @cached_property
    def signs(self) -> Signs:
        return Signs(self.text)


class Signs:
    """The words and signs of a text; a line that has other words is told apart at once."""

    def __init__(self, text: str) -> None:
        self._signs = signs_of(text)
        self._words = frozenset(_WORD.findall(text))

    def __contains__(self, line: Signs) -> bool:
        return line._words <= self._words and line._signs in self._signs


def find_leaks(
    shipped: Sequence[Shipped], folder: Path, known: Iterable[str], files: Mapping[str, bytes]
) -> list[str]:
    """What the `files` of a release give away, a line for people each.

    `shipped` are the source files that they were made of, `folder` is the assignment's, `known`
    are texts that students may know: what the kit writes, and the titles of all checks.
    """
    public = Signs("\n".join([*map(_public_lines, shipped), *known]))
    secrets = [
        secret
        for secret in secrets_of(shipped, folder)
        if says_something(secret.text) and secret.signs not in public
    ]
    problems: list[str] = []
    for name, data in files.items():
        try:
            text = all_text(name, data)
        except UnicodeDecodeError:
            problems.append(f"{name}: expected text, found other bytes; keep it out of the release")
            continue
        problems += _leaks_in(name, text, secrets)
        problems += _markers_in(name, text, public)
    return problems


def says_something(line: str) -> bool:
    """Would somebody who reads this line elsewhere know it again?"""
    words = _WORD.findall(line)
    return len(words) >= 2 and any(not word[0].isdecimal() for word in words)


def secrets_of(shipped: Sequence[Shipped], folder: Path) -> Iterator[Secret]:
    """The lines of solutions and hidden tests, and those of files that stay with the instructor."""
    for file in shipped:
        lines = file.source.split("\n")
        for region in scan(file.source, file.path):
            for number in range(region.begin + 1, region.end):
                yield Secret(file.path, number, lines[number - 1])
    out = {file.path for file in shipped}
    for path in sorted(folder.rglob("*")):
        kept = path.is_file() and path not in out
        if kept and not any(step in NOT_SOURCE for step in path.relative_to(folder).parts):
            text = path.read_bytes().decode("utf-8", errors="replace")
            for number, line in enumerate(text.split("\n"), start=1):
                if marker_of(line.strip()) is None:
                    yield Secret(path, number, line)


def secrets_in(folder: Path) -> Iterator[str]:
    """The lines of the regions in an assignment's scripts that don't stand outside of all, too."""
    inside: list[str] = []
    outside: list[str] = []
    for path in sorted([*folder.glob("*.py"), *folder.glob("checks/*.py")]):
        text = path.read_text(encoding="utf-8-sig")
        secret = {number for region in scan(text, path) for number in region.lines}
        for number, line in enumerate(text.split("\n"), start=1):
            (inside if number in secret else outside).append(line)
    public = signs_of("\n".join(outside))
    return (line for line in inside if line.strip() and signs_of(line) not in public)


def all_text(name: str, data: bytes) -> str:
    """The text of a file; of JSON all the strings in it, keys included, as they read."""
    text = data.decode("utf-8")
    if name.endswith((".json", ".ipynb")):
        text = "\n".join(_strings(json.loads(text)))
    return _COLOURS.sub("", text)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        if all(isinstance(line, str) for line in value):
            yield "".join(value)
        yield from (text for inner in value for text in _strings(inner))
    else:
        yield str(value)


def signs_of(text: str) -> str:
    """The words and signs of `text`, so that two lines can be compared whatever their spaces."""
    return f" {' '.join(_WORDS_AND_SIGNS.findall(text))} "


def _public_lines(file: Shipped) -> str:
    secret = {n for region in scan(file.source, file.path) for n in region.lines}
    lines = enumerate(file.source.split("\n"), start=1)
    return "\n".join(line for number, line in lines if number not in secret)


def _leaks_in(name: str, text: str, secrets: Sequence[Secret]) -> Iterator[str]:
    signs = Signs(text)
    found = [secret for secret in secrets if secret.signs in signs]
    for secret in found[:_SHOWN]:
        where = f"line {secret.line} of {shown_path(secret.path)}"
        yield (
            f"{name}: expected nothing that is kept from students, found {where} "
            f"({secret.text.strip()!r}); it must not get there"
        )
    if len(found) > _SHOWN:
        yield f"{name}: … and {len(found) - _SHOWN} more lines that are kept from students"


def _markers_in(name: str, text: str, public: Signs) -> Iterator[str]:
    for line in map(str.strip, text.split("\n")):
        is_marker = line.startswith("#") and (marker_of(line) or meant_marker(line))
        if is_marker and Signs(line) not in public:
            yield f"{name}: expected no marker of a region, found {line!r}; it must be cut"
