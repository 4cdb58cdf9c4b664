"""grades.csv: its exact text, and names that a spreadsheet must not act on."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from autograder.grading.results import Result
from autograder.reports.grades_csv import write_grades

GOLDEN = """\
student,status,score,max_score,loaders,model
s001,graded,20.0,20.0,10.0,10.0
s002,graded,5.0,20.0,5.0,0.0
s003,rejected,,20.0,,
s004,internal,,20.0,,
"""


def test_a_row_a_student_and_a_column_a_part(small_class: list[Result], tmp_path: Path) -> None:
    path = tmp_path / "out" / "grades.csv"
    write_grades(small_class, ["loaders", "model"], path)
    assert path.read_bytes() == GOLDEN.encode()
    assert [file.name for file in path.parent.iterdir()] == ["grades.csv"]


def test_an_empty_class_has_a_heading(tmp_path: Path) -> None:
    write_grades([], ["a"], tmp_path / "grades.csv")
    assert (tmp_path / "grades.csv").read_text() == "student,status,score,max_score,a\n"


def test_names_stay_in_their_cell(make_result: Callable[..., Result], tmp_path: Path) -> None:
    names = ["=HYPERLINK(1)", "@SUM(1)", 'Ada, "the first"', "two\nlines", "Zoë 李", "\udcff"]
    write_grades([make_result(name) for name in names], ["-part"], tmp_path / "grades.csv")
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[-1] == "'-part"
    assert [row[0] for row in rows] == [
        "'=HYPERLINK(1)", "'@SUM(1)", 'Ada, "the first"', "Zoë 李", r"two\nlines", r"\udcff",
    ]  # fmt: skip
    assert {len(row) for row in rows} == {5}


def test_a_name_does_not_spill_where_a_spreadsheet_separates_otherwise(
    make_result: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "grades.csv"
    write_grades([make_result(name) for name in ("a;=1+1", "b|=1+1", 'c"=1+1')], [], path)
    assert path.read_text() == (
        "student,status,score,max_score\n"
        '"a;=1+1",graded,0.0,20.0\n'
        '"b|=1+1",graded,0.0,20.0\n'
        '"c""=1+1",graded,0.0,20.0\n'
    )
