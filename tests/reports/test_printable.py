"""Text from strangers, fit for a terminal's encoding and for a spreadsheet."""

from __future__ import annotations

import pytest

from autograder.reports.printable import encodable, spreadsheet_cell


def test_shows_what_an_encoding_lacks_as_an_escape() -> None:
    assert encodable("Zoë 李", "latin-1") == "Zoë \\u674e"
    assert encodable("Zoë 李", "utf-8") == "Zoë 李"


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", " =", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_disarms_a_formula(start: str) -> None:
    assert spreadsheet_cell(f"{start}1+1") == f"'{start}1+1"
    assert spreadsheet_cell(f"a{start}") == f"a{start}"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("", ""),
        ("s001", "s001"),
        ("\t=1+1", r"\t=1+1"),
        ("\r\n=1+1", r"\r\n=1+1"),
        ("\x1b[31m\u202e\udcff", r"\x1b[31m\u202e\udcff"),
        ("a" * 10_000_000, "a" * 999 + "…"),
    ],
)
def test_nothing_in_a_cell_acts(text: str, cell: str) -> None:
    assert spreadsheet_cell(text) == cell
