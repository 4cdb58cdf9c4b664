"""Tells a region marker from a comment that was meant to be one, because nbgrader can't.

nbgrader takes any line that contains `BEGIN SOLUTION` for a marker and passes over one that is
misspelt, which is how hidden tests leak. Here a marker is exact, and what only resembles one is
refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

RegionKind = Literal["solution", "hidden"]


@dataclass(frozen=True)
class Marker:
    """One of the four markers; `opens` is true for the two that begin a region."""

    text: str
    kind: RegionKind
    opens: bool


BEGIN_SOLUTION = Marker("### BEGIN SOLUTION", "solution", True)
END_SOLUTION = Marker("### END SOLUTION", "solution", False)
BEGIN_HIDDEN = Marker("### BEGIN HIDDEN TESTS", "hidden", True)
END_HIDDEN = Marker("### END HIDDEN TESTS", "hidden", False)
MARKERS = (BEGIN_SOLUTION, END_SOLUTION, BEGIN_HIDDEN, END_HIDDEN)

_EXACT = {marker.text: marker for marker in MARKERS}
_INSIDE = re.compile(r"#\s*(BEGIN|END)\s+(SOLUTION|HIDDEN\s+TEST)", re.IGNORECASE)
_OPENING = ("BEGINS", "BEGINNING", "START", "STARTS", "OPEN")
_CLOSING = ("ENDS", "ENDING", "STOP", "FINISH", "CLOSE")
_FILLERS = ("OF", "THE", "A", "MY", "OUR")


def marker_of(comment: str) -> Marker | None:
    """The marker that `comment` is, exactly."""
    return _EXACT.get(comment)


def counterpart(marker: Marker) -> Marker:
    """The marker at the other end of the region."""
    return next(m for m in MARKERS if m.kind == marker.kind and m.opens != marker.opens)


def meant_marker(comment: str) -> Marker | None:
    """The marker that `comment` was probably meant to be; None for prose and for exact markers."""
    if comment in _EXACT:
        return None
    if inside := _INSIDE.search(comment):
        return _named(inside[1].upper() == "BEGIN", hidden="HIDDEN" in inside[2].upper())
    words = [word.upper() for word in re.findall(r"[^\W_]+", comment)]
    joined = "".join(words)
    for marker in MARKERS:
        letters = _letters(marker)
        if _close(joined, letters, len(letters) // 7) or joined.startswith(letters):
            return marker
    return _meant_by_words(words, loud=_is_loud(comment))


def distance(first: str, second: str) -> int:
    """How many letters to insert, drop, replace or swap with their neighbour."""
    before: list[int] = []
    previous = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        current = [i]
        for j, other in enumerate(second, start=1):
            cost = min(
                previous[j] + 1,
                current[j - 1] + 1,
                previous[j - 1] + (letter != other),
            )
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]


def _letters(marker: Marker) -> str:
    return marker.text.removeprefix("###").replace(" ", "")


def _named(opens: bool, *, hidden: bool) -> Marker:
    if hidden:
        return BEGIN_HIDDEN if opens else END_HIDDEN
    return BEGIN_SOLUTION if opens else END_SOLUTION


def _is_loud(comment: str) -> bool:
    """Does the comment look like a marker: several `#`, or capitals?"""
    words = re.findall(r"[^\W\d_]+", comment)[:2]
    return bool(re.match(r"[#\s]*#[#\s]*#", comment)) or (
        len(words) == 2 and all(word.isupper() and len(word) > 1 for word in words)
    )


def _meant_by_words(words: list[str], *, loud: bool) -> Marker | None:
    """`END OF SOLUTION`, `SOLUTION BEGIN`; where it is loud, also `START MY HIDEN TESTS`."""
    words = [word for word in words if word not in _FILLERS][:3]
    for verb, rest in ((words[:1], words[1:]), (words[1:2], words[:1]), (words[2:], words[:2])):
        opens = _opens(verb[0], loud=loud) if verb else None
        nouns = rest if loud else rest[:1]
        if opens is None:
            continue
        if any(_close(noun, "HIDDEN", 2 if loud else 0) for noun in nouns):
            return _named(opens, hidden=True)
        if any(_close(noun, "SOLUTION", 2 if loud else 1) for noun in nouns):
            return _named(opens, hidden=False)
        if loud and rest[:1] in (["TEST"], ["TESTS"]):
            return _named(opens, hidden=True)
    return None


def _opens(verb: str, *, loud: bool) -> bool | None:
    if verb == "BEGIN" or (loud and (verb in _OPENING or _close(verb, "BEGIN", 2))):
        return True
    if verb == "END" or (loud and (verb in _CLOSING or _close(verb, "END", 1))):
        return False
    return None


def _close(word: str, wanted: str, tolerance: int) -> bool:
    return abs(len(word) - len(wanted)) <= tolerance and distance(word, wanted) <= tolerance
