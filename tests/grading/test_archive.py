"""Zips: what an ordinary one holds is read, and no other one costs more than a sentence."""

from __future__ import annotations

import bz2
import stat
import zipfile
from pathlib import Path

import pytest

from autograder.grading import archive, contents

from .handing_in import Entry, raw_zip, raw_zip_of, read_it, reason, zip_of


class TestNames:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            (b"../model.py", "../model.py"),
            (b"/etc/model.py", "/etc/model.py"),
            (b"a/../../b.py", "a/../../b.py"),
            (b"..\\b.py", "../b.py"),
            (b"\\\\server\\b.py", "//server/b.py"),
            (b"C:/b.py", "C:/b.py"),
            (b"c:b.py", "c:b.py"),
            (b"../\x1b[31m\n", r"../\x1b[31m\n"),
            (b"../.git/config", "../.git/config"),
        ],
    )
    def test_one_that_leads_outside(self, tmp_path: Path, name: bytes, shown: str) -> None:
        assert reason(raw_zip_of(tmp_path, Entry(name))) == (
            f"{shown} points outside the submission; make the zip from within its folder"
        )

    def test_one_with_a_zero_byte(self, tmp_path: Path) -> None:
        assert reason(raw_zip_of(tmp_path, Entry(b"model.py\0.txt"))) == (
            r"model.py\x00.txt is no name that a file can have; make the zip again"
        )

    @pytest.mark.parametrize("name", [b"", b".", b"./."])
    def test_none_at_all(self, tmp_path: Path, name: bytes) -> None:
        assert reason(raw_zip_of(tmp_path, Entry(name))) == (
            "the zip file holds a file without a name; make the zip again"
        )

    @pytest.mark.parametrize("other", [b"a/b", b"a//b", b"./a/./b", b"a\\b"])
    def test_two_that_mean_the_same(self, tmp_path: Path, other: bytes) -> None:
        assert reason(raw_zip_of(tmp_path, Entry(b"a/b"), Entry(other))) == (
            "a/b is there twice; hand in one of them"
        )

    @pytest.mark.parametrize(
        "names", [(b"a", b"a/b"), (b"a/b", b"a"), (b"a", b"a/"), (b"a/", b"a"), (b"a", b"a/b/c")]
    )
    def test_a_file_that_is_a_folder(self, tmp_path: Path, names: tuple[bytes, bytes]) -> None:
        assert reason(raw_zip_of(tmp_path, *map(Entry, names))) == (
            "a is both a file and a folder; rename one of them"
        )

    def test_folders_may_be_listed(self, tmp_path: Path) -> None:
        folder = Entry(b"a/", b"", attributes=stat.S_IFDIR << 16)
        handed_in = raw_zip_of(tmp_path, folder, folder, Entry(b"a/b"), Entry(b"model.py"))
        assert set(read_it(handed_in).files) == {"a/b", "model.py"}

    def test_utf_8_is_understood_whether_it_is_declared_or_not(self, tmp_path: Path) -> None:
        name = "übung.py".encode()
        for flags in (0x800, 0):
            handed_in = raw_zip_of(tmp_path / str(flags), Entry(name, flags=flags))
            assert set(read_it(handed_in).files) == {"übung.py"}

    def test_the_old_encoding_of_zips_is_understood(self, tmp_path: Path) -> None:
        handed_in = raw_zip_of(tmp_path, Entry("übung.py".encode("cp437"), flags=0))
        assert set(read_it(handed_in).files) == {"übung.py"}

    def test_what_only_says_that_it_is_utf_8_is_refused(self, tmp_path: Path) -> None:
        assert reason(raw_zip_of(tmp_path, Entry(b"\xff"))) == (
            "mnist.zip can't be opened as a zip file ('utf-8' codec can't decode byte 0xff in "
            "position 0: invalid start byte); make it again with your system's own tool"
        )

    def test_one_that_is_too_long(self, tmp_path: Path) -> None:
        assert reason(raw_zip_of(tmp_path, Entry(b"a" * 201))) == (
            f"{'a' * 79}… is a name of more than 200 bytes; give it a shorter one"
        )

    def test_one_that_is_too_deep(self, tmp_path: Path) -> None:
        assert reason(raw_zip_of(tmp_path, Entry(b"d/" * 12 + b"a"))) == (
            "d/d/d/d/d/d/d/d/d/d/d/d/a lies more than 12 folders deep; "
            "hand in fewer folders within folders"
        )


class TestKinds:
    def test_a_link(self, tmp_path: Path) -> None:
        link = Entry(b"model.py", b"/etc/passwd", attributes=(stat.S_IFLNK | 0o777) << 16)
        assert reason(raw_zip_of(tmp_path, link)) == ("model.py is a link; hand in the file itself")

    @pytest.mark.parametrize(
        "kind", [stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFDIR, 0o170000]
    )
    def test_what_is_no_file(self, tmp_path: Path, kind: int) -> None:
        assert reason(raw_zip_of(tmp_path, Entry(b"model.py", attributes=kind << 16))) == (
            "model.py is no ordinary file; hand in files only"
        )

    @pytest.mark.parametrize("flags", [0x1, 0x41, 0x2000])
    def test_what_is_encrypted(self, tmp_path: Path, flags: int) -> None:
        assert reason(raw_zip_of(tmp_path, Entry(b"model.py", flags=flags))) == (
            "model.py needs a password; make the zip without one"
        )

    @pytest.mark.parametrize("method", [1, 9, 12, 14, 93, 99])
    def test_what_is_packed_in_another_way(self, tmp_path: Path, method: int) -> None:
        assert reason(raw_zip_of(tmp_path, Entry(b"model.py", method=method))) == (
            f"model.py is packed in a way that not every tool knows (method {method}); "
            "make the zip with your system's own tool"
        )

    def test_clutter_is_left_out_whatever_it_is(self, tmp_path: Path) -> None:
        link = Entry(b"venv/bin/python", b"x", attributes=stat.S_IFLNK << 16)
        odd = Entry(b"__MACOSX/._model.py", method=99, flags=1, size=1 << 30)
        data = Entry(b"data/train-images-idx3-ubyte.gz", bytes(2 << 20))
        long = Entry(b".git/" + b"d/" * 20 + b"a" * 250)
        handed_in = raw_zip_of(tmp_path, link, odd, data, long, Entry(b"model.py", b"x"))
        assert read_it(handed_in).files == {"model.py": b"x"}


class TestBombs:
    def test_a_megabyte_of_zeros_too_many(self, tmp_path: Path) -> None:
        bomb = Entry(b"bomb", bytes((1 << 20) + 1))
        assert reason(raw_zip_of(tmp_path, bomb)) == (
            "the submission is larger than 1 MB (reached at bomb); leave data sets and results out"
        )

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_more_than_it_says(self, tmp_path: Path, method: int) -> None:
        liar = Entry(b"bomb", bytes(1 << 22), size=10, method=method)
        assert reason(raw_zip_of(tmp_path, liar)) == (
            "mnist.zip can't be opened as a zip file (Bad CRC-32 for file 'bomb'); "
            "make it again with your system's own tool"
        )

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_less_than_it_says(self, tmp_path: Path, method: int) -> None:
        liar = Entry(b"bomb", b"x", size=10, method=method)
        assert reason(raw_zip_of(tmp_path, liar)) == (
            "bomb is not as large as the zip file says; make the zip again"
        )

    def test_a_few_bytes_that_unpack_to_any_amount_at_once(self, tmp_path: Path) -> None:
        bomb = Entry(b"bomb", bz2.compress(bytes(1 << 20)), method=zipfile.ZIP_BZIP2, size=10)
        assert "is packed in a way" in reason(raw_zip_of(tmp_path, bomb))

    def test_bytes_that_are_counted_twice(self, tmp_path: Path) -> None:
        shared = Entry(b"a", b"x" * 100, method=0)
        other = Entry(b"b", b"x" * 100, method=0)
        filler = [Entry(b"c", b"", packed_size=300, method=0)]
        assert reason(raw_zip_of(tmp_path, shared, other, *filler)) == (
            "c overlaps other files of the zip; make the zip again"
        )

    def test_a_file_that_is_too_large_to_look_at(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(archive, "MAX_ZIP", 1 << 20)
        handed_in = raw_zip_of(tmp_path, Entry(b"venv/lib", bytes(1 << 20), method=0))
        assert reason(handed_in) == (
            "mnist.zip is larger than 1 MB; leave data sets, results and installed packages out"
        )

    def test_a_list_of_files_that_is_too_long_to_look_at(self, tmp_path: Path) -> None:
        many = [Entry(b"venv/" + b"x" * 60_000, b"", method=0)] * 70
        assert reason(raw_zip_of(tmp_path, *many)) == (
            "the zip file lists too many files; hand in only what you wrote"
        )

    def test_an_end_that_promises_a_longer_list_than_there_is(self, tmp_path: Path) -> None:
        data = bytearray(raw_zip([Entry(b"model.py")]))
        data[-10:-6] = (0xFFFFFFF0).to_bytes(4, "little")
        handed_in = zip_of(tmp_path, {})
        handed_in.path.write_bytes(data)
        assert reason(handed_in) == (
            "mnist.zip can't be opened as a zip file (Bad offset for central directory); "
            "make it again with your system's own tool"
        )

    def test_folders_without_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contents, "MAX_ENTRIES", 100)
        folders = [Entry(f"{number}/".encode(), b"", method=0) for number in range(101)]
        assert reason(raw_zip_of(tmp_path, *folders)) == (
            "the submission holds more than 100 files and folders; hand in only what you wrote"
        )


class TestDamage:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"checksum": 0}, "Bad CRC-32 for file 'model.py'"),
            ({"offset": 3}, "Bad magic number for file header"),
            ({"offset": 1 << 20}, "Truncated file header"),
            ({"version": 99}, "zip file version 9.9"),
            ({"extra": b"\1\0\x20\0"}, "Corrupt extra field 0001 (size=32)"),
            ({"local_name": b"other.py"}, "File name in directory 'model.py' and header"),
            ({"flags": 0x20}, "compressed patched data (flag bit 5)"),
            ({"packed_size": 3}, "Bad CRC-32 for file 'model.py'"),
        ],
    )
    def test_of_a_file(self, tmp_path: Path, change: dict[str, int | bytes], words: str) -> None:
        entry = Entry(**{"name": b"model.py", "content": bytes(range(99)), **change})  # type: ignore[arg-type]
        said = reason(raw_zip_of(tmp_path, entry))
        assert said.startswith(f"mnist.zip can't be opened as a zip file ({words}")
        assert said.endswith("); make it again with your system's own tool")

    def test_of_the_packed_bytes(self, tmp_path: Path) -> None:
        data = bytearray(raw_zip([Entry(b"model.py", b"x = 1\n" * 100)]))
        data[38:48] = b"\xff" * 10
        handed_in = zip_of(tmp_path, {})
        handed_in.path.write_bytes(data)
        assert reason(handed_in) == (
            "mnist.zip can't be opened as a zip file (Error -3 while decompressing data: "
            "invalid block type); make it again with your system's own tool"
        )

    def test_a_place_before_the_file(self, tmp_path: Path) -> None:
        # The list is said to begin later than it does, so what it says comes before the file.
        data = bytearray(raw_zip([Entry(b"model.py", offset=0)]))
        data[-6:-2] = (int.from_bytes(data[-6:-2], "little") + 50).to_bytes(4, "little")
        handed_in = zip_of(tmp_path, {})
        handed_in.path.write_bytes(data)
        assert reason(handed_in) == (
            "mnist.zip can't be opened as a zip file (a part of it lies outside the file); "
            "make it again with your system's own tool"
        )

    @pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken", b"PK\x05\x06"])
    def test_what_is_no_zip(self, tmp_path: Path, content: bytes) -> None:
        handed_in = zip_of(tmp_path, {})
        handed_in.path.write_bytes(content)
        assert reason(handed_in) == (
            "mnist.zip can't be opened as a zip file (File is not a zip file); "
            "make it again with your system's own tool"
        )


def test_a_zip_within_a_zip_is_a_file_like_any_other(tmp_path: Path) -> None:
    inner = raw_zip([Entry(b"../x"), Entry(b"model.py", bytes(10_000))])
    handed_in = raw_zip_of(tmp_path, Entry(b"model.py", b"x"), Entry(b"inner.zip", inner))
    assert read_it(handed_in).files == {"model.py": b"x", "inner.zip": inner}
