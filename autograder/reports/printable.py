"""Keeps text from strangers from acting on what shows it: a terminal, a page, a spreadsheet."""

from __future__ import annotations

import unicodedata

# Cc: control, Cf: invisible formatting such as bidirectional overrides, Cs: lone surrogates,
# Zl and Zp: line and paragraph separators.
_ACTIVE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Scripts of India and Persia need the (non-)joiners, and emoji too.
_JOINERS = "\u200c\u200d"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def printable(text: str, keep: str = "") -> str:
    """`text` with characters that do something instead of showing something as escapes.

    The characters in `keep` stay. `"\\x1b[31m"` becomes a backslash, `x1b` and `[31m`.
    """
    return "".join(
        character
        if character in keep or not _is_active(character)
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def encodable(text: str, encoding: str) -> str:
    """`text` with escapes for the characters that `encoding` does not have."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


def spreadsheet_cell(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would read a formula."""
    text = encodable(text, "utf-8")
    return f"'{text}" if text.startswith(_FORMULA) else text


def _is_active(character: str) -> bool:
    return unicodedata.category(character) in _ACTIVE and character not in _JOINERS
