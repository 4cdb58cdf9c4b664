"""A folder for each student, whatever the student is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.grading.places import OWN_FILES, folder_name
from autograder.printable import printable


@pytest.mark.parametrize(
    "name", ["s001", "Ada Lovelace", "03-notebooks", "Zoë_李", "o'neill@example.org", "a.b", "a+b"]
)
def test_an_ordinary_name_stays(name: str) -> None:
    assert folder_name(name) == name


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("report.html", "%72eport.html"),
        ("Grades.CSV", "%47rades.CSV"),
        ("..x", "%2E.x"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("-rf", "%2Drf"),
        ("~root", "%7Eroot"),
        ("<script>", "%3Cscript%3E"),
        ("a/b\\c:d", "a%2Fb%5Cc%3Ad"),
        ("100%", "100%25"),
        ("%2E", "%252E"),
        (" a ", "%20a%20"),
        ("a.", "a%2E"),
        ("\x1b[31m\n", "%1B[31m%0A"),
        ("a\u202eb", "a%E2%80%AEb"),
        ("\udcff", "%ED%B3%BF"),
        ("\0", "%00"),
        ("", "%"),
    ],
)
def test_what_would_act_or_collide_is_spelled_out(name: str, folder: str) -> None:
    assert folder_name(name) == folder


def test_a_long_name_is_cut_and_stays_its_own() -> None:
    names = [f"{'ü' * 200}{number}" for number in range(3)]
    folders = {folder_name(name) for name in names}
    assert len(folders) == 3
    for folder in folders:
        assert folder.startswith(f"{'ü' * 70}%%")
        assert len(folder.encode()) <= 180


NAMES = st.one_of(st.text(), st.text("%.-~/2E \n\udcff", max_size=6), st.sampled_from([*OWN_FILES]))


@given(one=NAMES, other=NAMES)
@example(one="%", other="")
@example(one="%72eport.html", other="report.html")
@example(one="a" * 181, other="a" * 182)
def test_no_two_students_share_one(one: str, other: str) -> None:
    if one != other:
        assert folder_name(one) != folder_name(other)


@given(name=NAMES)
def test_every_folder_can_be_made(name: str) -> None:
    folder = folder_name(name)
    assert folder == printable(folder)
    assert folder not in {".", ".."} | OWN_FILES
    assert Path("out", folder).parent == Path("out")
    assert len(os.fsencode(folder)) <= 180
    assert "/" not in folder
    assert not folder.startswith((".", "-", "~", " "))
