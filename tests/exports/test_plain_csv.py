"""The plain table: its exact text, and what another reader makes of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from autograder.exports.plain_csv import plain_csv
from autograder.grading.results import Result

from .conftest import full_marks


def test_is_the_golden_file(small_class: list[Result], golden: Callable[[str, str], None]) -> None:
    golden("grades.csv", plain_csv(small_class))


def test_a_row_has_a_cell_for_each_column(small_class: list[Result]) -> None:
    rows = list(csv.DictReader(io.StringIO(plain_csv(small_class), newline="")))
    assert [row["student"] for row in rows] == ["s001", "s002", "s003", "s004"]
    assert all(None not in row and None not in row.values() for row in rows)
    assert float(rows[1]["raw_score"]) - float(rows[1]["late_penalty"]) == float(rows[1]["score"])


def test_no_name_is_a_formula_or_spills() -> None:
    names = ["=HYPERLINK(1)", "@SUM(1)", "a;=1", 'b"=1']
    rows = list(csv.reader(io.StringIO(plain_csv([full_marks(name) for name in names]))))
    assert [row[0] for row in rows[1:]] == ["'=HYPERLINK(1)", "'@SUM(1)", "a;=1", 'b"=1']
    assert '"a;=1"' in plain_csv([full_marks("a;=1")])
