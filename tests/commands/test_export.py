"""`autograder export`: where files go, what stays as it is, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grading.results import Result, Status, write_result

COURSE = ["--course", str(Path(__file__).parents[2] / "course.yaml")]
SHEET = "Student,ID,SIS Login ID,Section,Handwritten digits (7)\r\nAda,1,s001,AI,\r\n"


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    """Results of two, one of whom has no score."""
    out = tmp_path / "graded"
    common = {"assignment": "mnist", "max_score": 100.0}
    full = Result(student="s001", status=Status.GRADED, score=90.0, raw_score=90.0, **common)
    failed = Result(student="s002", status=Status.INTERNAL, score=None, **common)
    for one in (full, failed):
        write_result(one, out / one.student)
    return out


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["export", *map(str, arguments), *COURSE])
    return done.exit_code, done.output


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_files_of_a_class_go_below_the_results(graded: Path) -> None:
    for name in ("csv", "gradescope", "github"):
        assert run(name, graded)[0] == 0
    assert files(graded / "exports") == [
        "csv/grades.csv",
        "github/junit.xml",
        "github/s001/junit.xml",
        "github/s001/result.json",
        "github/s002/junit.xml",
        "github/summary.md",
        "gradescope/s001/results.json",
    ]


def test_who_has_no_score_is_named(graded: Path) -> None:
    assert "s002: the grader failed, so there is no score, and no file." in run(
        "gradescope", graded
    )[1].replace("\n", " ")
    assert "s002: no score (internal), so no result.json." in run("github", graded)[1]


def test_a_sheet_stays_and_the_filled_one_lies_beside_it(graded: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "book.csv"
    sheet.write_bytes(SHEET.encode())
    code, said = run("canvas", graded, sheet)
    assert code == 0
    assert "Not in the table" in said
    assert sheet.read_bytes() == SHEET.encode()
    expected = SHEET.replace("AI,\r\n", "AI,90.00\r\n").encode()
    assert (tmp_path / "book-graded.csv").read_bytes() == expected
    run("canvas", graded, sheet, "--to", sheet)
    assert sheet.read_bytes() == expected


def test_a_table_goes_where_it_is_told_to(graded: Path, tmp_path: Path) -> None:
    assert run("csv", graded, "--to", tmp_path / "table.csv")[0] == 0
    assert (tmp_path / "table.csv").read_text().startswith("student,status,score,")


def test_what_is_missing_is_told(graded: Path, tmp_path: Path) -> None:
    for arguments, text in (
        (
            ("csv", tmp_path / "none"),
            f"{tmp_path}/none: expected results as `autograder grade` writes them, found none; "
            "name the folder given to --out",
        ),
        (
            ("moodle", graded, tmp_path / "none.csv"),
            f"{tmp_path}/none.csv: expected the file to fill, found none; export it first: View "
            "all submissions → Download grading worksheet",
        ),
    ):
        assert run(*arguments) == (2, text + "\n")
