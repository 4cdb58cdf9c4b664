"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import threading
from pathlib import Path

import pytest

from autograder.atomic import is_of_the_disk, remove_leftovers, write_bytes, write_text


def test_folders_are_made_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_text(path, "Größe\n")
    assert path.read_bytes() == "Größe\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_replaced_and_readable_by_all(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o600)
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("function", ["fsync", "chmod", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_bytes(path, b"new")
    assert caught.value.filename == str(path)
    assert is_of_the_disk(caught.value)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_names_the_file_that_was_to_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.write_text("a file")
    with pytest.raises(FileExistsError) as caught:
        write_bytes(folder / "b.txt", b"new")
    assert caught.value.filename == str(folder / "b.txt")
    assert not is_of_the_disk(caught.value)


def test_an_interruption_leaves_nothing_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "a.txt", b"new")
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_after_the_rename_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.replace

    def interrupt(old: str, new: Path) -> None:
        rename(old, new)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "a.txt", b"new")
    assert (tmp_path / "a.txt").read_bytes() == b"new"
    assert len(list(tmp_path.iterdir())) == 1


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    handle, left = tempfile.mkstemp(dir=tmp_path, prefix=".a.txt.")
    os.close(handle)
    others = (".a.txt", ".a.txt.backup", ".b.txt.abcdefgh", "a.txt.abcdefgh", ".a.txt.ABCDEFGH")
    for name in others:
        (tmp_path / name).write_text("kept")
    (tmp_path / ".a.txt.thefolder").mkdir()
    (tmp_path / ".a.txt.a_folder").mkdir()
    remove_leftovers(tmp_path, ("a.txt", "c.txt"))
    assert not Path(left).exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*others, ".a.txt.a_folder", ".a.txt.thefolder"]
    )


def test_readers_see_one_version_or_the_other(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    versions = [bytes([number]) * 100_000 for number in (1, 2)]
    write_bytes(path, versions[0])
    done = threading.Event()

    def write() -> None:
        for number in range(30):
            write_bytes(path, versions[number % 2])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert path.read_bytes() in versions
    writer.join()
