"""Fits text from strangers to what is read by a program: a terminal's encoding, a spreadsheet."""

from __future__ import annotations

from ..printable import cut, printable

MAX_CELL = 1_000
# Also in the wide forms that spreadsheets in East Asia read as the narrow ones.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def encodable(text: str, encoding: str) -> str:
    """`text` with escapes for the characters that `encoding` does not have."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


def spreadsheet_cell(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would read a formula."""
    text = printable(cut(text, MAX_CELL))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
