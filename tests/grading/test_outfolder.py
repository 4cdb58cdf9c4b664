"""A folder for results is nobody else's while a class is graded, and begins without leftovers."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.grading import figures, outfolder, results
from autograder.grading.outfolder import LOG_NAME, Unusable, require_space_to_work, taken
from autograder.grading.places import STUDENT_FILES
from autograder.reports import feedback


def test_two_gradings_do_not_write_to_one_folder(tmp_path: Path) -> None:
    out = tmp_path / "new" / "graded"
    with taken(out), pytest.raises(Unusable) as caught, taken(out):
        pass
    assert str(caught.value) == (
        f"{out}: expected a folder that nobody writes to, found another grading at work there; "
        "wait until it has ended, or name another folder with --out"
    )
    with taken(out):
        pass


@pytest.mark.parametrize("name", ["afile", "afile/below"])
def test_a_file_is_no_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "afile").write_text("")
    with pytest.raises(Unusable) as caught, taken(tmp_path / name):
        pass
    assert str(caught.value) == (
        f"{tmp_path / name}: expected a folder for the results, found a file; "
        "name another one with --out"
    )


def test_a_file_system_without_locks_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with taken(tmp_path):
        pass


def test_half_written_files_are_removed_and_no_others(tmp_path: Path) -> None:
    student = tmp_path / "ada"
    student.mkdir()
    left = [
        *(tmp_path / f".{name}.abcd_123" for name in ("grades.csv", "report.html", ".class.json")),
        *(student / f".{name}.abcd_123" for name in STUDENT_FILES),
    ]
    kept = [student / "result.json", student / ".notes.txt.abcd_123", tmp_path / ".hidden"]
    for path in [*left, *kept]:
        path.write_text("")
    (tmp_path / "link").symlink_to("/")
    with taken(tmp_path):
        assert [path for path in left if path.exists()] == []
        assert [path for path in kept if not path.exists()] == []


def test_the_files_of_a_student_are_known() -> None:
    pages = {feedback.FILE_NAME, feedback.MARKDOWN_NAME}
    assert {results.FILE_NAME, figures.FILE_NAME, LOG_NAME, *pages} == STUDENT_FILES


def test_a_disk_that_is_full_for_workers_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    require_space_to_work()
    full = SimpleNamespace(disk_usage=lambda folder: SimpleNamespace(free=4096))
    monkeypatch.setattr(outfolder, "shutil", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        require_space_to_work()
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == tempfile.gettempdir()
    assert os.path.isdir(caught.value.filename)
