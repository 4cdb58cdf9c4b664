"""Folders, and anything at all: read whole and within the limits, or refused with a reason."""

from __future__ import annotations

import errno
import os
import socket
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.grading import contents
from autograder.grading.submission import HandedIn, Rejected, Submission
from autograder.printable import printable

from .handing_in import Entry, folder_of, raw_zip, read_it, reason, traces, zip_of

SECRET = b"the answers"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that is in no submission."""
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    return path


class TestLinks:
    def test_a_file(self, tmp_path: Path, secret: Path) -> None:
        handed_in = folder_of(tmp_path, {})
        (handed_in.path / "model.py").symlink_to(secret)
        assert reason(handed_in) == "model.py is a link; hand in the file itself"

    def test_a_folder(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {"a/model.py": b""})
        (handed_in.path / "a" / "etc").symlink_to("/etc")
        assert reason(handed_in) == "a/etc is a link; hand in the file itself"

    def test_one_to_nowhere(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {})
        (handed_in.path / "model.py").symlink_to("nowhere")
        assert reason(handed_in) == "model.py is a link; hand in the file itself"

    @pytest.mark.parametrize("name", ["mnist", "mnist.zip"])
    def test_the_submission(self, tmp_path: Path, name: str) -> None:
        real = folder_of(tmp_path / "b", {"model.py": b""}).path
        if name == "mnist.zip":
            real = zip_of(tmp_path / "c", {"model.py": b""}).path
        (tmp_path / "s001").mkdir()
        (tmp_path / "s001" / name).symlink_to(real)
        handed_in = HandedIn("s001", tmp_path / "s001" / name)
        assert reason(handed_in) == f"{name} is a link; hand in the file itself"

    def test_the_students_folder(self, tmp_path: Path) -> None:
        real = folder_of(tmp_path / "b", {"model.py": b""}).path
        (tmp_path / "s\x1b1").symlink_to(real.parent)
        handed_in = HandedIn("s1", tmp_path / "s\x1b1" / "mnist")
        assert reason(handed_in) == r"s\x1b1 is a link; hand in the file itself"

    def test_above_the_class_they_are_the_instructors(self, tmp_path: Path) -> None:
        folder_of(tmp_path / "real", {"model.py": b""})
        (tmp_path / "class").symlink_to(tmp_path / "real")
        handed_in = HandedIn("s001", tmp_path / "class" / "s001" / "mnist")
        assert read_it(handed_in).files == {"model.py": b""}

    def test_a_link_that_takes_a_files_place(
        self, tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handed_in = folder_of(tmp_path, {"model.py": b""})
        really = os.open

        def open_late(name: Any, *args: Any, **options: Any) -> int:
            if name == "model.py":
                (handed_in.path / name).unlink()
                (handed_in.path / name).symlink_to(secret)
            return really(name, *args, **options)

        monkeypatch.setattr(os, "open", open_late)
        assert reason(handed_in) == (
            "model.py can't be read (Too many levels of symbolic links); hand it in again"
        )


class TestSpecialFiles:
    def test_a_fifo_is_not_waited_for(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {})
        os.mkfifo(handed_in.path / "model.py")
        assert reason(handed_in) == "model.py is no ordinary file; hand in files only"

    def test_a_fifo_that_takes_a_files_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handed_in = folder_of(tmp_path, {"model.py": b""})
        really = os.open

        def open_late(name: Any, *args: Any, **options: Any) -> int:
            if name == "model.py":
                (handed_in.path / name).unlink()
                os.mkfifo(handed_in.path / name)
            return really(name, *args, **options)

        monkeypatch.setattr(os, "open", open_late)
        assert reason(handed_in) == "model.py is no ordinary file; hand in files only"

    def test_a_socket(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        handed_in = folder_of(tmp_path, {})
        monkeypatch.chdir(handed_in.path)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("model.py")
            assert reason(handed_in) == "model.py is no ordinary file; hand in files only"

    def test_a_device_is_not_opened(self, monkeypatch: pytest.MonkeyPatch) -> None:
        opened = []
        really = os.open

        def note(name: Any, *args: Any, **options: Any) -> int:
            opened.append(name)
            return really(name, *args, **options)

        monkeypatch.setattr(os, "open", note)
        # /dev/null stands where a submission would.
        assert reason(HandedIn("dev", Path("/dev/null"))) == (
            "null is no ordinary file; hand in files only"
        )
        assert opened == ["/dev"]


class TestLimits:
    def test_as_many_files_as_are_allowed(self, tmp_path: Path) -> None:
        files = {f"{number}.txt": b"" for number in range(5)}
        assert read_it(folder_of(tmp_path, files)).files == files

    def test_a_huge_file_is_not_read(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {"model.py": b""})
        os.truncate(handed_in.path / "model.py", 1 << 40)
        assert reason(handed_in) == (
            "the submission is larger than 1 MB (reached at model.py); "
            "leave data sets and results out"
        )

    def test_folders_without_end(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {})
        with _deep(handed_in.path, 100):
            assert reason(handed_in) == (
                "d/d/d/d/d/d/d/d/d/d/d/d/d lies more than 12 folders deep; "
                "hand in fewer folders within folders"
            )

    def test_as_deep_as_is_allowed(self, tmp_path: Path) -> None:
        name = "/".join("abcdefghijkl")
        assert set(read_it(folder_of(tmp_path, {"model.py": b"", name: b""})).files) == {
            "model.py", name,
        }  # fmt: skip

    def test_folders_without_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contents, "MAX_ENTRIES", 100)
        handed_in = folder_of(tmp_path, {})
        for number in range(10):
            for inner in range(10):
                (handed_in.path / str(number) / str(inner)).mkdir(parents=True)
        assert reason(handed_in) == (
            "the submission holds more than 100 files and folders; hand in only what you wrote"
        )

    def test_a_name_that_no_other_system_can_have(self, tmp_path: Path) -> None:
        assert reason(folder_of(tmp_path, {"ü" * 101: b""})) == (
            f"{'ü' * 79}… is a name of more than 200 bytes; give it a shorter one"
        )
        assert len(read_it(folder_of(tmp_path / "b", {"ü" * 100: b""})).files) == 1


@contextmanager
def _deep(folder: Path, levels: int) -> Iterator[None]:
    """`levels` folders in each other."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(levels):
            os.mkdir("d", dir_fd=descriptor)
            inner = os.open("d", os.O_RDONLY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield
    finally:
        os.close(descriptor)


class TestTrouble:
    @pytest.mark.parametrize("name", ["model.py", "mnist", "a"])
    @pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ENAMETOOLONG, errno.ESTALE])
    def test_what_cannot_be_opened(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
    ) -> None:
        handed_in = folder_of(tmp_path, {"model.py": b"", "a/b": b""})
        _fail(monkeypatch, name, number)
        assert reason(handed_in) == (
            f"{name} can't be read ({os.strerror(number)}); hand it in again"
        )

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    @pytest.mark.parametrize("name", ["mnist/model.py", "mnist", "."])
    def test_what_must_not_be_read(self, tmp_path: Path, name: str) -> None:
        handed_in = folder_of(tmp_path, {"model.py": b""})
        path = handed_in.path.parent / name
        path.chmod(0)
        try:
            assert reason(handed_in) == (
                f"{path.name if name == '.' else name.rpartition('/')[2]} "
                "can't be read (Permission denied); hand it in again"
            )
        finally:
            path.chmod(0o700)

    def test_what_is_gone(self, tmp_path: Path) -> None:
        assert reason(HandedIn("s", tmp_path / "s" / "mnist")) == (
            "s can't be read (No such file or directory); hand it in again"
        )

    def test_what_breaks_while_it_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handed_in = folder_of(tmp_path, {"model.py": b"x"})
        really = os.fstat

        def grown(descriptor: int) -> os.stat_result:
            state = really(descriptor)
            if stat.S_ISREG(state.st_mode):
                (handed_in.path / "model.py").write_bytes(b"xy")
            return state

        monkeypatch.setattr(os, "fstat", grown)
        assert reason(handed_in) == "model.py changed while it was read; hand it in again"

    @pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
    def test_what_the_grader_lacks_is_no_fault_of_the_submission(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        handed_in = folder_of(tmp_path, {"model.py": b""})
        _fail(monkeypatch, "model.py", number)
        with pytest.raises(OSError, match=os.strerror(number)):
            read_it(handed_in)


def _fail(monkeypatch: pytest.MonkeyPatch, failing: str, number: int) -> None:
    """Let opening what is called `failing` end in this error."""
    really = os.open

    def open_or_fail(name: Any, *args: Any, **options: Any) -> int:
        if name == failing:
            raise OSError(number, os.strerror(number))
        return really(name, *args, **options)

    monkeypatch.setattr(os, "open", open_or_fail)


class TestNames:
    def test_strange_ones_are_kept(self, tmp_path: Path) -> None:
        names = ["two\nlines", "\x1b[31mred", "-rf", " ", "a\\b", "C:", "<b>", "\u202e", "李 🙂"]
        files = dict.fromkeys(names, b"")
        handed_in = folder_of(tmp_path, files)
        assert set(read_it(handed_in, limits=_limits(files=20)).files) == set(names)

    def test_in_messages_nothing_of_them_acts(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {})
        (handed_in.path / "\x1b[31m\n\u202e.py").symlink_to("x")
        assert reason(handed_in) == r"\x1b[31m\n\u202e.py is a link; hand in the file itself"

    def test_latin_1_from_an_old_system_is_understood(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {})
        (Path(os.fsdecode(os.fsencode(handed_in.path) + b"/\xfcbung.txt"))).write_bytes(b"x")
        assert read_it(handed_in).files == {"übung.txt": b"x"}

    def test_accents_taken_apart_are_put_together(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {"u\u0308bung/a.py": b"x"})
        assert read_it(handed_in, modules=["a"]).files == {"a.py": b"x"}
        handed_in = folder_of(tmp_path / "b", {"u\u0308.py": b"x"})
        assert read_it(handed_in).files == {"ü.py": b"x"}

    def test_two_names_that_become_one_are_refused(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {"u\u0308.py": b"", "ü.py": b""})
        assert reason(handed_in) == "ü.py is there twice; hand in one of them"

    def test_a_file_and_a_folder_whose_names_become_one_are_refused(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {"u\u0308/a.py": b"", "ü": b""})
        assert reason(handed_in) == "ü is both a file and a folder; rename one of them"


def _limits(**limits: int) -> SimpleNamespace:
    return SimpleNamespace(**{"submission_mb": 1, "files": 5, **limits})


@pytest.mark.parametrize("name", sorted(contents.CLUTTER))
def test_clutter_is_left_out_whatever_is_in_it(tmp_path: Path, name: str, secret: Path) -> None:
    handed_in = folder_of(tmp_path, {"model.py": b"", **{f"{name}/{n}": b"" for n in range(9)}})
    (handed_in.path / name / "link").symlink_to(secret)
    (handed_in.path / "a").mkdir()
    (handed_in.path / "a" / name).symlink_to(secret)
    assert read_it(handed_in).files == {"model.py": b""}


# What may be handed in: a tree of files, folders and worse, with any names.

NAMES = st.one_of(
    st.sampled_from(
        [
            "model.py", "model.ipynb", "json.py", "checks", "__pycache__", ".git", "x-ubyte.gz",
            "a", "a.pth", "ü", "u\u0308", "\x1b[2J", "\n", "\udcff", "\udcfc.py", "-", "~", "C:",
            "..\\x", "\u202e", "n" * 255,
        ]
    ),
    st.text(min_size=1, max_size=20),
    st.binary(min_size=1, max_size=20).map(os.fsdecode),
)  # fmt: skip
CONTENTS = st.one_of(
    st.binary(max_size=50),
    st.sampled_from([b"", b'{"cells": []}', b"[" * 300, b"\xff\xfe", b'{"', bytes(100_000)]),
)
SPECIAL = st.sampled_from(["link", "folder link", "loop", "fifo", "socket", "locked"])
TREES = st.recursive(
    st.one_of(CONTENTS, SPECIAL),
    lambda below: st.dictionaries(NAMES, below, max_size=4),
    max_leaves=15,
).filter(lambda tree: isinstance(tree, dict))


@given(tree=TREES)
@example(tree={"a": {"b": {"c": {"model.py": b"x"}}}})
@example(tree={"model.py": "link", "a": "folder link"})
def test_any_folder_is_read_or_refused(tree: Mapping[str, Any]) -> None:
    with _outside() as (outside, handed_in):
        handed_in.path.mkdir(parents=True)
        _plant(os.fspath(handed_in.path), tree, outside)
        _require_read_or_refused(handed_in)


ENTRIES = st.builds(
    Entry,
    name=st.one_of(
        NAMES.map(lambda name: os.fsencode(name)),
        st.sampled_from(
            [
                b"../x", b"/etc/x", b"C:/x", b"a/b", b"a/", b"a", b"a//b", b"./a", b"a/./b", b"",
                b"a\\b", b"\0", b"a\0.py", b"mnist/model.py", b"\xff\xfe", b"d/" * 20, b"/",
            ]
        ),
        st.binary(max_size=20),
    ),
    content=CONTENTS,
    method=st.sampled_from([0, 8, 8, 8, 8, 8, 9, 12, 14, 99]),
    flags=st.sampled_from([0x800, 0x800, 0x800, 0, 0, 1, 0x20, 0x41, 8]),
    attributes=st.one_of(
        st.just(0), st.sampled_from([0o100644, 0o120777, 0o40755, 0o10644]).map(lambda m: m << 16)
    ),
    size=st.one_of(st.none(), st.none(), st.none(), st.integers(0, 2**32 - 1)),
    packed_size=st.one_of(st.none(), st.none(), st.none(), st.integers(0, 2**32 - 1)),
    checksum=st.one_of(st.none(), st.none(), st.none(), st.integers(0, 2**32 - 1)),
    offset=st.one_of(st.none(), st.none(), st.none(), st.integers(0, 2**32 - 1)),
    version=st.sampled_from([20, 20, 20, 45, 63, 99]),
    extra=st.one_of(st.just(b""), st.binary(max_size=30)),
)  # fmt: skip
ZIPS = st.lists(ENTRIES, max_size=6).map(raw_zip)
CHANGES = st.lists(
    st.tuples(st.integers(0, 2_000), st.integers(0, 8), st.binary(max_size=8)), max_size=6
)
GARBAGE = st.one_of(st.binary(max_size=500), st.binary(max_size=99).map(lambda data: b"PK" + data))


@given(data=ZIPS)
def test_any_zip_is_read_or_refused(data: bytes) -> None:
    _require_of_zip(data)


@settings(max_examples=150)
@given(data=ZIPS, changes=CHANGES)
def test_any_damaged_zip_is_read_or_refused(
    data: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    damaged = bytearray(data)
    for place, length, instead in changes:
        damaged[place : place + length] = instead
    _require_of_zip(bytes(damaged))


@given(data=GARBAGE)
def test_any_bytes_are_refused(data: bytes) -> None:
    _require_of_zip(data)


def _require_of_zip(data: bytes) -> None:
    with _outside() as (_, handed_in):
        handed_in.path.parent.mkdir()
        archive = handed_in.path.with_suffix(".zip")
        archive.write_bytes(data)
        _require_read_or_refused(HandedIn("s", archive))


@contextmanager
def _outside() -> Iterator[tuple[Path, HandedIn]]:
    """A folder with a secret, and a place for a submission beside it; nothing else may change."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as name:
        outside = Path(name, "outside")
        outside.mkdir()
        (outside / "secret").write_bytes(SECRET)
        before = traces(outside)
        yield outside, HandedIn("s", Path(name, "s", "mnist"))
        assert traces(outside) == before
        assert sorted(os.listdir(name)) == ["outside", "s"]


def _plant(folder: str, tree: Mapping[str, Any], outside: Path) -> None:
    for name, node in tree.items():
        path = os.path.join(folder, name.replace("/", "_").replace("\0", "_"))
        if len(os.fsencode(os.path.basename(path))) > 255 or os.path.lexists(path):
            continue
        match node:
            case bytes():
                Path(path).write_bytes(node)
            case "link":
                os.symlink(outside / "secret", path)
            case "folder link":
                os.symlink(outside, path)
            case "loop":
                os.symlink(path, path)
            case "fifo":
                os.mkfifo(path)
            case "socket":
                os.mknod(path, stat.S_IFSOCK | 0o600)
            case "locked":
                Path(path).write_bytes(b"x")
                os.chmod(path, 0)
            case dict():
                os.mkdir(path)
                _plant(path, node, outside)


def _require_read_or_refused(handed_in: HandedIn) -> None:
    before = traces(handed_in.path.parent)
    try:
        submission = read_it(handed_in)
    except Rejected as rejected:
        submission = None
        said = str(rejected)
        assert said
        assert said == printable(said)
        assert len(said) < 2_000
    assert traces(handed_in.path.parent) == before
    if submission is not None:
        _require_within_limits(submission)


def _require_within_limits(submission: Submission) -> None:
    files = submission.files
    assert len(files) <= 5
    assert sum(map(len, files.values())) <= 1 << 20
    assert SECRET not in files.values()
    for name in files:
        steps = name.split("/")
        assert 0 < len(steps) <= 12
        assert not {"", ".", ".."} & set(steps)
        assert not any("/".join(steps[:length]) in files for length in range(1, len(steps)))
        assert max(len(step.encode("utf-8")) for step in steps) <= 200
        assert "\0" not in name
    for note in submission.notes():
        assert note == printable(note)


def test_the_zips_of_these_tests_can_be_read(tmp_path: Path) -> None:
    handed_in = zip_of(tmp_path, {})
    handed_in.path.write_bytes(raw_zip([Entry(b"model.py", b"x"), Entry(b"a", b"y", method=0)]))
    with zipfile.ZipFile(handed_in.path) as archive:
        assert archive.testzip() is None
    assert read_it(handed_in).files == {"model.py": b"x", "a": b"y"}
