"""What was handed in: found, read, and told which of its files count."""

from __future__ import annotations

import codecs
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from autograder.grading.submission import HandedIn, NothingHandedIn, Submission, find, read
from autograder.selfcheck.attempt import digest
from autograder.selfcheck.frames import message_of
from autograder.selfcheck.modules import Student, forget

from .handing_in import FakeAssignment, folder_of, read_it, reason, zip_of

BOTH = pytest.mark.parametrize("handed_in_as", [folder_of, zip_of])
HandIn = Callable[..., HandedIn]


class TestRead:
    @BOTH
    def test_files_are_read_and_clutter_is_left_out(
        self, tmp_path: Path, handed_in_as: HandIn
    ) -> None:
        submission = read_it(
            handed_in_as(
                tmp_path,
                {
                    "model.py": b"x = 1\n",
                    "helpers/more.py": b"y = 2\n",
                    "__pycache__/model.pyc": b"\0",
                    ".ipynb_checkpoints/model.ipynb": b"{}",
                    "data/MNIST/raw/train-images-idx3-ubyte": b"\0" * (2 << 20),
                    "data/MNIST/raw/train-images-idx3-ubyte.gz": b"\0" * (2 << 20),
                },
            )
        )
        assert submission.files == {"model.py": b"x = 1\n", "helpers/more.py": b"y = 2\n"}
        assert submission.modules() == {"model": "model.py"}
        assert submission.missing(["model"]) == []
        assert submission.notes() == ()

    def test_a_folder_and_a_zip_of_the_same_files_have_the_same_digest(
        self, tmp_path: Path
    ) -> None:
        files = {"model.py": b"x = 1\n", "a/b.txt": b"", "ü": b"", "x-ubyte/c": b"", "-ubyte": b""}
        of_folder = read_it(folder_of(tmp_path / "one", files))
        of_zip = read_it(zip_of(tmp_path / "two", files))
        assert set(of_folder.files) == {"model.py", "a/b.txt", "ü"}
        assert of_folder.digest == of_zip.digest

    @BOTH
    def test_the_one_folder_around_everything_is_taken_off(
        self, tmp_path: Path, handed_in_as: HandIn
    ) -> None:
        handed_in = handed_in_as(tmp_path, {"mnist/model.py": b"x = 1\n", "mnist/notes.txt": b""})
        assert set(read_it(handed_in).files) == {"model.py", "notes.txt"}

    def test_a_folder_beside_the_modules_stays(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {"model.py": b"", "helpers/more.py": b""})
        assert set(read_it(handed_in).files) == {"model.py", "helpers/more.py"}

    @BOTH
    def test_nothing_at_all_is_an_unattempted_submission(
        self, tmp_path: Path, handed_in_as: HandIn
    ) -> None:
        submission = read_it(handed_in_as(tmp_path, {}))
        assert submission.missing(["model"]) == ["model"]
        assert submission.modules() == {}

    def test_a_path_may_start_where_one_stands(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handed_in = folder_of(tmp_path, {"model.py": b"x"})
        monkeypatch.chdir(handed_in.path)
        assert read_it(HandedIn("s", Path())).files == {"model.py": b"x"}

    @BOTH
    def test_too_large_a_submission_is_refused(self, tmp_path: Path, handed_in_as: HandIn) -> None:
        files = {"data.bin": b"\0" * (1 << 20), "model.py": b"x"}
        assert reason(handed_in_as(tmp_path, files)) == (
            "the submission is larger than 1 MB (reached at model.py); "
            "leave data sets and results out"
        )

    @BOTH
    def test_too_many_files_are_refused(self, tmp_path: Path, handed_in_as: HandIn) -> None:
        files = {f"{number}.txt": b"" for number in range(6)}
        assert reason(handed_in_as(tmp_path, files)) == (
            "the submission has more than 5 files; hand in only what you wrote"
        )

    @BOTH
    def test_an_absurd_notebook_is_refused(self, tmp_path: Path, handed_in_as: HandIn) -> None:
        assert reason(handed_in_as(tmp_path, {"model.ipynb": b"[" * 101})) == (
            "model.ipynb has lists within lists, more than 100 of them; "
            "clear its outputs (in Jupyter: Edit, Clear Outputs of All Cells) and hand in again"
        )

    @pytest.mark.parametrize("data", [b"", b"not json", b"\xff\xfe{\0}\0", b"[[[", b"{}"])
    def test_a_broken_notebook_is_an_attempt(self, tmp_path: Path, data: bytes) -> None:
        submission = read_it(folder_of(tmp_path, {"model.ipynb": data}))
        assert submission.modules() == {"model": "model.ipynb"}
        assert submission.missing(["model"]) == []

    def test_other_notebooks_are_files_like_any_other(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {"model.py": b"", "notes.ipynb": b"[" * 1_000})
        assert set(read_it(handed_in).files) == {"model.py", "notes.ipynb"}


class TestNotes:
    def test_a_folder_counts_where_there_is_a_zip_too(self, tmp_path: Path) -> None:
        handed_in = folder_of(tmp_path, {"model.py": b"x = 1\n"})
        handed_in.path.with_name("mnist.zip").write_bytes(b"not a zip")
        assert [one.path for one in find(tmp_path, "mnist")] == [handed_in.path]
        submission = read_it(handed_in)
        assert submission.files == {"model.py": b"x = 1\n"}
        assert submission.notes() == (
            "Both mnist/ and mnist.zip were handed in: the folder counts.",
        )

    def test_a_zip_alone_needs_no_note(self, tmp_path: Path) -> None:
        handed_in = zip_of(tmp_path, {"model.py": b"x = 1\n"})
        handed_in.path.with_name("mnist.zip.zip").touch()
        assert read_it(handed_in).notes() == ()

    def test_what_was_left_aside_is_said_in_one_go(self, tmp_path: Path) -> None:
        files = {
            "model.py": b"x = '\xfc'\n",
            "model.ipynb": b"{}",
            "json.py": b"",
            "probes.py": b"",
        }
        assert read_it(folder_of(tmp_path, files)).notes() == (
            "Both model.py and model.ipynb were changed: model.py counts.",
            "model.py is not saved as UTF-8 (line 1 has a byte 0xfc), so Python can't read it: "
            "save it as UTF-8 and hand it in again.",
            "json.py was ignored: Python's own module of that name comes first.",
            "probes.py was ignored: the grader's own module of that name comes first.",
        )

    def test_what_was_released_is_not_held_against_anyone(
        self, tmp_path: Path, repository: Path
    ) -> None:
        release = repository / "release" / "mnist"
        files = {
            path.relative_to(release).as_posix(): path.read_bytes()
            for path in release.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        stubs = json.loads(files["selfcheck/manifest.json"])["stubs"]
        files["conftest.py"] += b"# mine\n"
        assignment: Any = FakeAssignment(["transforms", "loaders", "model", "training"])
        assignment.limits.files = 500
        submission = read(folder_of(tmp_path, files), assignment, stubs, release)
        assert submission.missing(assignment.modules) == assignment.modules
        assert submission.notes() == ("conftest.py was ignored: the grader runs its own checks.",)


class TestFind:
    def test_a_class_is_found_in_order_of_its_names(self, tmp_path: Path) -> None:
        folder_of(tmp_path / "b", {})
        for student in ("s2", "s1"):
            (tmp_path / student / "mnist").mkdir(parents=True)
        (tmp_path / "s3").mkdir()
        (tmp_path / "s3" / "mnist.zip").write_bytes(b"")
        (tmp_path / "s4" / "other").mkdir(parents=True)
        (tmp_path / "notes.txt").write_bytes(b"")
        assert [one.student for one in find(tmp_path, "mnist")] == ["s1", "s2", "s3"]

    def test_no_submission_at_all_names_the_layout(self, tmp_path: Path) -> None:
        with pytest.raises(NothingHandedIn) as caught:
            find(tmp_path / "nowhere", "mnist")
        assert str(caught.value) == (
            f"{tmp_path}/nowhere: expected <student>/mnist/ or <student>/mnist.zip, "
            "found neither; name the folder that holds one folder a student"
        )

    def test_names_that_are_no_text_stay_distinct(self, tmp_path: Path) -> None:
        for name in (b"s\xff1", b"s\xfe1", rb"s\xff1", "sü".encode(), b"s\xfc"):
            os.makedirs(os.fsencode(tmp_path) + b"/" + name + b"/mnist")
        found = find(tmp_path, "mnist")
        assert [one.student for one in found] == [
            r"s\xfc", r"s\xfe1", r"s\xff1", r"s\xff1~", "sü",
        ]  # fmt: skip
        assert len({one.path for one in found}) == 5
        by_name = {one.student: os.fsencode(one.path.parent.name) for one in found}
        assert by_name[r"s\xff1"] == rb"s\xff1"
        assert by_name[r"s\xff1~"] == b"s\xff1"
        for one in found:
            assert one.student.encode()
            assert read_it(one).files == {}

    def test_strange_names_are_found_as_they_are(self, tmp_path: Path) -> None:
        names = ["report.html", "grades.csv", "..x", "<script>", "-rf", "\x1b[2J", "=1+1", "a\nb"]
        for name in names:
            (tmp_path / name / "mnist").mkdir(parents=True)
        assert [one.student for one in find(tmp_path, "mnist")] == sorted(names)

    def test_a_link_is_found_so_that_it_can_be_refused(self, tmp_path: Path) -> None:
        real = folder_of(tmp_path / "elsewhere", {"model.py": b""}).path
        class_ = tmp_path / "class"
        for student in ("s1", "s2"):
            (class_ / student).mkdir(parents=True)
        (class_ / "s0").symlink_to(real.parent)
        (class_ / "s1" / "mnist").symlink_to(real)
        (class_ / "s2" / "mnist.zip").symlink_to("nowhere")
        (class_ / "s3").symlink_to("nowhere")
        (class_ / "s4").symlink_to("s4")
        assert {one.student: reason(one) for one in find(class_, "mnist")} == {
            "s0": "s0 is a link; hand in the file itself",
            "s1": "mnist is a link; hand in the file itself",
            "s2": "mnist.zip is a link; hand in the file itself",
            "s4": "s4 is a link; hand in the file itself",
        }

    def test_a_folder_that_cannot_be_looked_into_stops_nobody(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for student in ("s1", "s2", "s3"):
            (tmp_path / student / "mnist").mkdir(parents=True)
        locked = tmp_path / "s2"
        really, opens = os.lstat, os.open

        def refuse(path: Any) -> None:
            if str(path).startswith(str(locked)):
                raise PermissionError(13, "Permission denied")

        def lstat(path: Any, **options: Any) -> os.stat_result:
            refuse(path)
            return really(path, **options)

        def open_(path: Any, *args: Any, **options: Any) -> int:
            refuse(path)
            return opens(path, *args, **options)

        monkeypatch.setattr(os, "lstat", lstat)
        monkeypatch.setattr(os, "open", open_)
        first, second, third = find(tmp_path, "mnist")
        assert read_it(first).files == read_it(third).files == {}
        assert second == HandedIn("s2", locked / "mnist")
        assert reason(second) == "s2 can't be read (Permission denied); hand it in again"


class TestEncodings:
    """Scripts in every encoding that an editor may have chosen, from the folder to the import."""

    SCRIPT = "def f():\n\tif True:\n\t\treturn 'Grüße'\n"

    @pytest.fixture
    def imported(self, tmp_path: Path) -> Iterator[Callable[[bytes], ModuleType]]:
        def run(script: bytes) -> ModuleType:
            submission = read_it(zip_of(tmp_path, {"model.py": script}))
            return self.laid_out(submission, tmp_path / "room")

        yield run
        forget()

    def laid_out(self, submission: Submission, folder: Path) -> ModuleType:
        folder.mkdir()
        for name, content in submission.files.items():
            (folder / name).write_bytes(content)
        files = {module: folder / name for module, name in submission.modules().items()}
        module: ModuleType = Student(folder, files).model
        return module

    @pytest.mark.parametrize(
        "script",
        [
            SCRIPT.encode(),
            codecs.BOM_UTF8 + SCRIPT.encode(),
            SCRIPT.replace("\n", "\r\n").encode(),
            SCRIPT.replace("\n", "\r").encode(),
            codecs.BOM_UTF8 + SCRIPT.replace("\n", "\r\n").encode(),
            b"# -*- coding: latin-1 -*-\n" + SCRIPT.encode("latin-1"),
            b"#!/usr/bin/python\r\n# coding=cp1252\r\n" + SCRIPT.encode("cp1252"),
        ],
        ids=["utf-8", "bom", "crlf", "cr", "bom and crlf", "latin-1", "cp1252"],
    )
    def test_work(self, imported: Callable[[bytes], ModuleType], script: bytes) -> None:
        assert imported(script).f() == "Grüße"

    @pytest.mark.parametrize(
        ("encoding", "said"),
        [("latin-1", "can't decode byte 0xfc"), ("utf-16", "cannot contain null bytes")],
    )
    def test_that_are_not_declared_fail_where_they_are(
        self, tmp_path: Path, encoding: str, said: str
    ) -> None:
        submission = read_it(zip_of(tmp_path, {"model.py": self.SCRIPT.encode(encoding)}))
        # Python 3.11.3 and older call zero bytes no error of syntax.
        with pytest.raises((SyntaxError, ValueError)) as caught:
            self.laid_out(submission, tmp_path / "room")
        forget()
        assert said in message_of(caught.value)
        (note,) = submission.notes()
        assert note.endswith("save it as UTF-8 and hand it in again.")

    @pytest.mark.parametrize("change", [bytes, lambda data: codecs.BOM_UTF8 + data])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_make_no_attempt_of_a_stub(
        self, tmp_path: Path, change: Callable[[bytes], bytes], end: str
    ) -> None:
        stub = change(self.SCRIPT.replace("\n", end).encode())
        stubs = {"model.py": digest("model.py", self.SCRIPT.encode())}
        assignment: Any = FakeAssignment()
        submission = read(folder_of(tmp_path, {"model.py": stub}), assignment, stubs)
        assert submission.missing(["model"]) == ["model"]
