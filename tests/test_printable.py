"""Text from strangers: nothing in it acts where it is shown."""

from __future__ import annotations

import pytest

from autograder.printable import cut, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("two\nlines\r", r"two\nlines\r"),
        ("a\x00b\x7f\x9b", r"a\x00b\x7f\x9b"),
        ("abc\u202edef\u2066", r"abc\u202edef\u2066"),
        ("\u2028\u2029\udcff", r"\u2028\u2029\udcff"),
        ("\U000e0001", r"\U000e0001"),
        ("Zoë 李 🙂 می‌خواهم", "Zoë 李 🙂 می‌خواهم"),
    ],
)
def test_shows_what_would_act_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_keeps_what_it_is_told_to_keep() -> None:
    assert printable("a\n\tb\r", keep="\n\t") == "a\n\tb\\r"


def test_cuts_what_is_too_long() -> None:
    assert cut("abcd", 4) == "abcd"
    assert cut("abcde", 4) == "abc…"
