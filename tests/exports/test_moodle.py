"""A grading worksheet from Moodle gets its grades and keeps every other byte."""

from __future__ import annotations

import pytest

from autograder.exports.moodle import moodle
from autograder.exports.sheet import BadSheet
from autograder.grading.results import Result

from .conftest import full_marks

HEADER = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"'
)
WHEN = '"Tuesday, 2 March 2027, 12:00 PM"'
ADA = (
    '"Participant 4711","Ada Lovelace",ada@example.org,"Submitted for grading",,20.00,Yes,'
    f"{WHEN},-,"
)
BO = (
    '"Participant 4712","Bo, ""B""",bo@example.org,"No submission",7.00,20.00,Yes,-,'
    f'{WHEN},"Well; done"'
)


def sheet(*rows: str) -> bytes:
    return b"\xef\xbb\xbf" + "\n".join([*rows, ""]).encode()


def test_scores_go_into_the_column_of_grades(failing: Result) -> None:
    results = [full_marks("ada"), failing.model_copy(update={"student": "bo@example.org"})]
    filled = moodle(results, sheet(HEADER, ADA, BO), "work.csv")
    assert filled.data == sheet(
        HEADER, ADA.replace(",,20.00", ",20.00,20.00"), BO.replace("7.00", "3.50")
    )
    assert filled.remarks == ("Another grade was there before: bo@example.org (7.00 → 3.50).",)


@pytest.mark.parametrize(
    "student",
    [
        "Participant 4711", "4711", "ADA@example.org", "ada", "Ada  Lovelace",
        "Ada Lovelace_4711_assignsubmission_file", "Ada Lovelace_4711_assignsubmission_file_",
    ],
)  # fmt: skip
def test_a_student_is_known_by_number_address_or_name(student: str) -> None:
    filled = moodle([full_marks(student)], sheet(HEADER, ADA, BO), "work.csv")
    assert b',"Submitted for grading",20.00,20.00,' in filled.data


def test_nobody_is_guessed() -> None:
    other = ADA.replace("4711", "4713").replace("ada@example.org", "ada@elsewhere.org")
    results = [full_marks("ada"), full_marks("Ada Lovelace"), full_marks("cy")]
    filled = moodle(results, sheet(HEADER, ADA, other), "work.csv")
    assert filled.data == sheet(HEADER, ADA, other)
    assert filled.remarks[:2] == (
        "Not in the table work.csv, so left out: cy.",
        "More than one student of the table work.csv may be meant, so left out: ada, Ada Lovelace.",
    )


def test_commas_for_points_are_quoted_where_commas_separate() -> None:
    rows = (
        "ID,Vollständiger Name,Status,Bewertung,Bestwertung",
        'Teilnehmer/in 4711,Ada Lovelace,Zur Bewertung abgegeben,"7,00","20,00"',
        'Teilnehmer/in 4712,Bo,Zur Bewertung abgegeben,,"20,00"',
    )
    results = [full_marks("4711", score=12.345), full_marks("4712")]
    filled = moodle(results, sheet(*rows), "work.csv", column="Bewertung")
    assert filled.data == sheet(
        rows[0],
        rows[1].replace('"7,00"', '"12,35"'),
        rows[2].replace(",,", ',"20,00",'),
    )


def test_semicolons_stay() -> None:
    rows = ("Identifier;Grade;Maximum Grade", "Participant 1;;20,00")
    filled = moodle([full_marks("1", score=2.5)], sheet(*rows), "work.csv")
    assert filled.data == sheet(rows[0], "Participant 1;2,50;20,00")


def test_a_grade_out_of_other_points_is_refused() -> None:
    data = sheet(HEADER, ADA.replace("20.00", "100.00"))
    with pytest.raises(BadSheet) as caught:
        moodle([full_marks("ada")], data, "work.csv")
    assert str(caught.value) == (
        "work.csv: expected the column 'Grade' out of 20 points, found 100; change that there and "
        "export the file again, or give --scale"
    )
    scaled = moodle([full_marks("ada", score=10.0)], data, "work.csv", scaled=True)
    assert b",50.00,100.00," in scaled.data


@pytest.mark.parametrize(
    ("rows", "column", "wanted", "found"),
    [
        (("a,b", "1,2"), None, "Grade", "a, b"),
        (("Identifier,Grade", "nobody,5"), None, "Grade", "Identifier, Grade"),
        (("Identifier,Grade", "Participant 1,5"), "Note", "Note", "Identifier, Grade"),
    ],
)
def test_another_table_is_refused(
    rows: tuple[str, ...], column: str | None, wanted: str, found: str
) -> None:
    with pytest.raises(BadSheet) as caught:
        moodle([], sheet(*rows), "work.csv", column)
    assert str(caught.value) == (
        f"work.csv:1: expected a grading worksheet with the columns Identifier and {wanted}, "
        f"found {found}; download it in Moodle: View all submissions → Download grading "
        "worksheet, and in another language name the column of the grades with --column"
    )
