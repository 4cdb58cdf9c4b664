"""When a submission was handed in: which source counts, and what copying the files changes."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.grading.handin_time import (
    FILES,
    BadTimes,
    parsed,
    read_table,
    the_earlier,
    time_of,
)
from autograder.grading.results import Result, Status, Submitted
from autograder.grading.submission import HandedIn

from .handing_in import folder_of, read_it, zip_of

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
STAMP = b"2027-03-01 13:00:00.000000 Europe/Berlin\n"


def handed_in(tmp_path: Path, files: dict[str, bytes], at: datetime = NOON) -> HandedIn:
    """A submission whose files are all of `at`."""
    one = folder_of(tmp_path, files)
    for path in one.path.rglob("*"):
        os.utime(path, (at.timestamp(), at.timestamp()))
    return one


class TestTheSource:
    def test_is_the_instructors_table_before_all(self, tmp_path: Path) -> None:
        table = {"s001": Submitted(time=NOON, source="times.csv")}
        one = handed_in(tmp_path, {"timestamp.txt": b"2020-01-01 00:00:00 UTC"})
        assert time_of(one, table) == table["s001"]

    def test_is_nbgraders_timestamp_before_the_files(self, tmp_path: Path) -> None:
        one = handed_in(tmp_path, {"timestamp.txt": STAMP, "model.py": b""}, NOON.replace(day=9))
        assert time_of(one, {}) == Submitted(time=NOON, source="timestamp.txt")

    def test_is_the_newest_file_otherwise(self, tmp_path: Path) -> None:
        one = handed_in(tmp_path, {"model.py": b"", "lib/a.py": b""})
        later = NOON.replace(hour=13).timestamp()
        os.utime(one.path / "lib" / "a.py", (later, later))
        assert time_of(one, {}) == Submitted(time=NOON.replace(hour=13), source=FILES)

    def test_is_no_file_that_tools_leave_behind(self, tmp_path: Path) -> None:
        one = handed_in(tmp_path, {"model.py": b""})
        (one.path / "__pycache__").mkdir()
        (one.path / "__pycache__" / "model.pyc").touch()
        found = time_of(one, {})
        assert found is not None
        assert found.time == NOON

    def test_is_the_zip_itself_and_nothing_in_it(self, tmp_path: Path) -> None:
        one = zip_of(tmp_path, {"timestamp.txt": STAMP, "model.py": b""})
        os.utime(one.path, (NOON.timestamp() + 7, NOON.timestamp() + 7))
        assert time_of(one, {}) == Submitted(time=NOON.replace(second=7), source=FILES)

    def test_says_where_a_timestamp_is_no_time(self, tmp_path: Path) -> None:
        found = time_of(handed_in(tmp_path, {"timestamp.txt": b"noon", "model.py": b""}), {})
        assert found is not None
        assert found.source == "the files' own times; timestamp.txt can't be read"

    def test_is_no_link(self, tmp_path: Path) -> None:
        one = handed_in(tmp_path, {"model.py": b""})
        (tmp_path / "elsewhere").write_bytes(STAMP)
        (one.path / "timestamp.txt").symlink_to(tmp_path / "elsewhere")
        found = time_of(one, {})
        assert found is not None
        assert found.source == FILES

    def test_is_none_where_nothing_lies(self, tmp_path: Path) -> None:
        assert time_of(HandedIn("s001", tmp_path / "nothing"), {}) is None


def test_a_timestamp_is_no_part_of_the_submission(tmp_path: Path) -> None:
    bare = read_it(folder_of(tmp_path / "a", {"model.py": b"x = 1"}))
    stamped = read_it(folder_of(tmp_path / "b", {"model.py": b"x = 1", "timestamp.txt": STAMP}))
    assert stamped.digest == bare.digest
    assert list(stamped.files) == ["model.py"]


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-01 12:00:00.000000 UTC",
        "2027-03-01 12:00:00",
        "2027-03-01T12:00Z",
        "2027-03-01 04:00:00.000000 America/Los_Angeles",
        "2027-03-01 13:00:00 +0100",
        " 2027-03-01 13:00 CET\n",
    ],
)
def test_a_time_is_read_as_nbgrader_writes_it(text: str) -> None:
    assert parsed(text) == NOON


@pytest.mark.parametrize(
    "text", ["", "noon", "2027-13-01 12:00", "2027-03-01 12:00 Nowhere/At_All"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert parsed(text) is None


class TestAnEarlierResult:
    def result(self, at: datetime, source: str = FILES, digest: str = "sha256:1") -> Result:
        return Result(
            student="s001",
            assignment="digits",
            status=Status.GRADED,
            score=1.0,
            max_score=1.0,
            submitted=Submitted(time=at, source=source),
            submission_digest=digest,
        )

    def test_keeps_its_time_when_the_same_files_were_copied_since(self) -> None:
        before, now = self.result(NOON), self.result(NOON.replace(day=9))
        assert the_earlier(now.submitted, now, before) == before.submitted

    def test_does_not_make_other_files_earlier(self) -> None:
        before, now = self.result(NOON), self.result(NOON.replace(day=9), digest="sha256:2")
        assert the_earlier(now.submitted, now, before) == now.submitted

    def test_does_not_outweigh_a_better_source(self) -> None:
        before, now = self.result(NOON), self.result(NOON.replace(day=9), "times.csv")
        assert the_earlier(now.submitted, now, before) == now.submitted


class TestTheTable:
    def read(self, tmp_path: Path, text: str) -> dict[str, Submitted]:
        (tmp_path / "times.csv").write_text(text, encoding="utf-8")
        return read_table(tmp_path)

    def test_has_a_line_a_student(self, tmp_path: Path) -> None:
        text = '\ufeffstudent,submitted\n"Ada, the first",2027-03-01 12:00 UTC\n'
        assert self.read(tmp_path, text) == {
            "Ada, the first": Submitted(time=NOON, source="times.csv")
        }

    def test_need_not_be_there(self, tmp_path: Path) -> None:
        assert read_table(tmp_path) == read_table(tmp_path / "nothing") == {}

    def test_says_which_line_is_wrong(self, tmp_path: Path) -> None:
        with pytest.raises(BadTimes) as caught:
            self.read(tmp_path, "student,submitted\ns001,2027-03-01 12:00 UTC\ns002,noon\n")
        assert str(caught.value) == (
            f"{tmp_path}/times.csv:3: expected a date, a time and a time zone, found 'noon'; "
            "write for example 2027-03-01 23:59:00 Europe/Berlin"
        )

    def test_says_which_columns_it_needs(self, tmp_path: Path) -> None:
        with pytest.raises(BadTimes) as caught:
            self.read(tmp_path, "name,time\ns001,2027-03-01 12:00 UTC\n")
        assert str(caught.value) == (
            f"{tmp_path}/times.csv:2: expected the columns student and submitted, found name, "
            "time; write `student,submitted` as the first line"
        )
