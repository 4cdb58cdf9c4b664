"""Text from strangers: nothing in it acts on a terminal or in a spreadsheet."""

from __future__ import annotations

import pytest

from autograder.reports.printable import encodable, printable, spreadsheet_cell


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("two\nlines\r", r"two\nlines\r"),
        ("a\x00b\x7f\x9b", r"a\x00b\x7f\x9b"),
        ("abc\u202edef", r"abc\u202edef"),
        ("\u2028\u2029\udcff", r"\u2028\u2029\udcff"),
        ("\U000e0001", r"\U000e0001"),
        ("Zoë 李 🙂 می‌خواهم", "Zoë 李 🙂 می‌خواهم"),
    ],
)
def test_shows_what_would_act_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_keeps_what_it_is_told_to_keep() -> None:
    assert printable("a\n\tb\r", keep="\n\t") == "a\n\tb\\r"


def test_shows_what_an_encoding_lacks_as_an_escape() -> None:
    assert encodable("Zoë 李", "latin-1") == "Zoë \\u674e"
    assert encodable("Zoë 李", "utf-8") == "Zoë 李"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_disarms_a_formula(start: str) -> None:
    assert spreadsheet_cell(f"{start}1+1") == f"'{start}1+1"
    assert spreadsheet_cell(f"a{start}") == f"a{start}"


def test_leaves_other_cells_alone() -> None:
    assert spreadsheet_cell("") == ""
    assert spreadsheet_cell("s001") == "s001"
    assert spreadsheet_cell("a\udcff").isascii()
