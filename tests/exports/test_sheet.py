"""Filling a cell changes the bytes of that cell and no other, however the file was written."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.exports.sheet import BadSheet, read_sheet

CELLS = st.text(alphabet='ab1 ,;"\t\né', max_size=6)


def read(data: bytes, delimiter: str = ",") -> list[list[str]]:
    """What Python's own reader makes of it."""
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=4),
    delimiter=st.sampled_from([",", ";", "\t"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    mark=st.booleans(),
    place=st.tuples(st.integers(0, 3), st.integers(0, 2)),
)
def test_a_cell_is_filled_and_all_others_stay(
    rows: list[list[str]],
    delimiter: str,
    line_end: str,
    quoting: int,
    mark: bool,
    place: tuple[int, int],
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([["a", "b", "c"], *rows])
    data = (b"\xef\xbb\xbf" if mark else b"") + file.getvalue().encode()
    sheet = read_sheet(data, "sheet.csv")
    assert [[cell.text for cell in row] for row in sheet.rows] == read(data, delimiter)
    assert sheet.filled({}) == data
    row, column = min(place[0] + 1, len(rows)), place[1]
    filled = sheet.filled({(row, column): "9,5"})
    cell = sheet.rows[row][column]
    assert filled.startswith(data[: cell.start])
    assert filled.endswith(data[cell.end :])
    expected = read(data, delimiter)
    expected[row][column] = "9,5"
    assert read(filled, delimiter) == expected


@pytest.mark.parametrize(
    ("data", "filled"),
    [
        (b"a,b\nx,\n", b"a,b\nx,7\n"),
        (b"a,b\nx\n", b"a,b\nx,7\n"),
        (b'a,b\nx,""', b'a,b\nx,"7"'),
        (b"a;b\r\nx;y\r\n", b"a;b\r\nx;7\r\n"),
        (b"\xef\xbb\xbfa,b\rx,y\r", b"\xef\xbb\xbfa,b\rx,7\r"),
        (b"a,b\nM\xfcller,5\n", b"a,b\nM\xfcller,7\n"),
        (b'a,b\n"x ""y""\nz",5\n', b'a,b\n"x ""y""\nz",7\n'),
    ],
)
def test_whatever_tool_wrote_it(data: bytes, filled: bytes) -> None:
    assert read_sheet(data, "sheet.csv").filled({(1, 1): "7"}) == filled


def test_what_is_not_utf_8_is_read_as_western_european() -> None:
    assert read_sheet(b"a\nM\xfcller\n", "sheet.csv").text(1, 0) == "Müller"


MISTAKES = {
    b"": "sheet.csv: expected a table, found an empty file; export it again",
    b"\xef\xbb\xbf": "sheet.csv: expected a table, found an empty file; export it again",
    b'a,b\n"x,y\n': (
        "sheet.csv:2: expected quotes that are closed, found some that are not; export the file "
        "again"
    ),
    "a,b\n".encode("utf-16"): (
        "sheet.csv: expected UTF-8 text, found UTF-16; save it as “CSV UTF-8”, or export it again"
    ),
}


@pytest.mark.parametrize("data", MISTAKES)
def test_what_is_no_sheet_is_told(data: bytes) -> None:
    with pytest.raises(BadSheet) as caught:
        read_sheet(data, "sheet.csv")
    assert str(caught.value) == MISTAKES[data]
