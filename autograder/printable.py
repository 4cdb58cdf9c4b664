"""Keeps text from strangers from acting on what shows it, a terminal, a page or a log."""

from __future__ import annotations

import unicodedata

# Cc: control, Cf: invisible formatting such as bidirectional overrides, Cs: lone surrogates,
# Zl and Zp: line and paragraph separators.
_ACTIVE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Scripts of India and Persia need the (non-)joiners, and emoji too.
_JOINERS = "\u200c\u200d"


def printable(text: str, keep: str = "") -> str:
    """`text` with characters that do something instead of showing something as escapes.

    The characters in `keep` stay. `"\\x1b[31m"` becomes a backslash, `x1b` and `[31m`.
    """
    return "".join(
        character
        if character in keep or not is_active(character)
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def is_active(character: str) -> bool:
    """Does this character do something where it is shown?"""
    return unicodedata.category(character) in _ACTIVE and character not in _JOINERS


def cut(text: str, most: int) -> str:
    """`text` where it is no longer than `most` characters, else its beginning and a "…"."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
