"""A gradebook from Canvas gets its scores and keeps every other byte."""

from __future__ import annotations

import csv
import io

import pytest

from autograder.exports.canvas import canvas
from autograder.exports.sheet import BadSheet
from autograder.grading.results import Result

from .conftest import full_marks

HEADER = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Quiz (311),Digits (4711),Assignments Current Score"
)
MUTED = ",,,,,,Manual Posting,"
POSSIBLE = "    Points Possible,,,,,10.00,20.00,(read only)"
ADA = '"Lovelace, Ada",101,S-1,s001,"AI 101, ""A""",9.50,,95.0'
BO = '"Bo ""B"", =1+1",102,s002,bo@example.org,AI 101,,7.00,'
CY = "Cy,103,S-3,S003,AI 101,EX,EX,"
TEST = '"Student, Test",199,,0f3a,AI 101,,,'


def sheet(*rows: str, line_end: str = "\r\n") -> bytes:
    return line_end.join([*rows, ""]).encode()


ALL = (HEADER, MUTED, POSSIBLE, ADA, BO, CY, TEST)


def test_scores_go_into_the_column_of_the_assignment(failing: Result) -> None:
    results = [full_marks("s001"), failing]
    filled = canvas(results, sheet(*ALL), "grades.csv", "Digits")
    assert filled.data == sheet(
        HEADER,
        MUTED,
        POSSIBLE,
        ADA.replace(",,95", ",20.00,95"),
        BO.replace("7.00", "3.50"),
        CY,
        TEST,
    )
    assert filled.remarks == (
        "Another grade was there before: s002 (7.00 → 3.50).",
        "Nothing handed in, so left as it was: Cy; Student, Test.",
    )


def test_the_rest_is_the_same_to_another_reader(failing: Result) -> None:
    def rows(data: bytes) -> list[list[str]]:
        return list(csv.reader(io.StringIO(data.decode(), newline="")))

    before = sheet(*ALL)
    after = canvas([full_marks("s001"), failing], before, "grades.csv", "Digits").data
    changed = [
        (row, column)
        for row, (old, new) in enumerate(zip(rows(before), rows(after), strict=True))
        for column in range(len(old))
        if old[column] != new[column]
    ]
    assert changed == [(3, 6), (4, 6)]


def test_a_mark_and_commas_for_points_stay() -> None:
    rows = [
        "Student;ID;SIS Login ID;Section;Digits (4711)",
        "    Points Possible;;;;20,00",
        "Ada;101;s001;AI;",
    ]
    data = b"\xef\xbb\xbf" + sheet(*rows)
    filled = canvas([full_marks("s001", score=18.125)], data, "grades.csv", "digits")
    assert filled.data == b"\xef\xbb\xbf" + sheet(*rows[:2], "Ada;101;s001;AI;18,13")


@pytest.mark.parametrize("student", ["101", "S-1", "S001", " s001"])
def test_a_student_is_known_by_id_sis_id_or_login(student: str) -> None:
    filled = canvas([full_marks(student)], sheet(*ALL), "grades.csv", "Digits")
    assert b"20.00,95.0" in filled.data


def test_who_is_not_there_is_told_and_nobody_is_guessed() -> None:
    # "s002" is Bo's SIS ID; here it is Cy's login as well.
    rows = (HEADER, POSSIBLE, ADA, BO, CY.replace("S003", "S002"))
    results = [full_marks(name) for name in ("s001", "S-1", "s002", "nobody")]
    filled = canvas(results, sheet(*rows), "grades.csv", "Digits")
    assert filled.data == sheet(*rows)
    assert filled.remarks[:2] == (
        "Not in the table grades.csv, so left out: nobody.",
        "More than one student of the table grades.csv may be meant, so left out: s001, S-1, s002.",
    )


def test_no_score_and_words_of_canvas_stay(rejected: Result, internal: Result) -> None:
    excused, without = (
        full_marks("103"),
        [
            rejected.model_copy(update={"student": "101"}),
            internal.model_copy(update={"student": "102"}),
        ],
    )
    filled = canvas([excused, *without], sheet(*ALL), "grades.csv", "Digits")
    assert filled.data == sheet(*ALL)
    assert filled.remarks[:2] == (
        "Without a score, so left as it was: 101 (rejected); 102 (internal).",
        "The cell holds a word, so it was left: 103 (EX).",
    )


def test_a_grade_that_is_right_keeps_its_bytes() -> None:
    data = sheet(HEADER, POSSIBLE, ADA.replace(",,95", ",20,95"))
    assert canvas([full_marks("s001")], data, "grades.csv", "Digits").data == data


def test_a_column_that_is_out_of_other_points_is_scaled_only_when_asked_for() -> None:
    data = sheet(HEADER, POSSIBLE.replace("20.00", "5.00"), ADA)
    with pytest.raises(BadSheet) as caught:
        canvas([full_marks("s001")], data, "grades.csv", "Digits")
    assert str(caught.value) == (
        "grades.csv: expected the column 'Digits (4711)' out of 20 points, found 5; change that "
        "there and export the file again, or give --scale"
    )
    scaled = canvas([full_marks("s001", score=18.0)], data, "grades.csv", "Digits", scaled=True)
    assert b",4.50,95.0" in scaled.data


def test_another_column_can_be_named() -> None:
    data = sheet(HEADER, POSSIBLE.replace("10.00", "20.00"), ADA)
    filled = canvas([full_marks("s001")], data, "grades.csv", "Digits", column="Quiz (311)")
    assert b",20.00,,95.0" in filled.data


def test_which_column_is_meant_has_to_be_clear() -> None:
    twice = HEADER.replace("Quiz (311)", "Digits (311)")
    for header, title, column, expected in (
        (HEADER, "Letters", None, "one assignment's column 'Letters (…)', found 0"),
        (twice, "Digits", None, "one assignment's column 'Digits (…)', found 2"),
        (HEADER, "Digits", "Section", "one assignment's column 'Section', found 0"),
    ):
        with pytest.raises(BadSheet) as caught:
            canvas([], sheet(header, POSSIBLE, ADA), "grades.csv", title, column)
        first = header.split(",")[5]
        assert str(caught.value) == (
            f"grades.csv:1: expected {expected}; name one with --column: '{first}', 'Digits (4711)'"
        )


def test_another_table_is_refused() -> None:
    with pytest.raises(BadSheet) as caught:
        canvas([], b"name,grade\nAda,1\n", "grades.csv", "Digits")
    assert str(caught.value) == (
        "grades.csv:1: expected a gradebook with the columns ID and Section, found name, grade; "
        "export it in Canvas: Grades → Export"
    )
