"""Writes and reads points the way the sheet does: with a decimal point, or with a decimal comma."""

from __future__ import annotations

import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

from .sheet import Sheet

_NUMBER = re.compile(r"-?\d+([.,])\d{1,2}")


def decimal_sign(sheet: Sheet, column: int) -> str:
    """The sign that numbers of this column have, else those of the sheet; "." where none has one.

    A sheet with semicolons comes from where numbers have commas, if nothing in it says otherwise.
    """
    everywhere: Counter[str] = Counter()
    here: Counter[str] = Counter()
    for row in sheet.rows[1:]:
        for place, cell in enumerate(row):
            if match := _NUMBER.fullmatch(cell.text.strip()):
                everywhere[match[1]] += 1
                here[match[1]] += place == column
    for found in (here, everywhere):
        if found[","] != found["."]:
            return "," if found[","] > found["."] else "."
    return "," if sheet.delimiter == ";" else "."


def written(points: float, sign: str) -> str:
    """91.25 as "91.25" or "91,25": two decimals, halves rounded up."""
    exact = Decimal(str(points)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{exact}".replace(".", sign)


def read(text: str) -> float | None:
    """The number that a cell holds, None where it holds something else."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
