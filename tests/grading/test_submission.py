"""What was handed in is read whole or refused with a reason; nothing else ever happens."""

from __future__ import annotations

import os
import stat
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.grading.submission import HandedIn, NothingHandedIn, Rejected, find, read


@dataclass
class FakeAssignment:
    """What `read` looks at in an assignment."""

    modules: list[str] = field(default_factory=lambda: ["model"])
    limits: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(submission_mb=1, files=5)
    )


def folder_of(tmp_path: Path, files: dict[str, bytes]) -> HandedIn:
    folder = tmp_path / "s001" / "mnist"
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return HandedIn("s001", folder)


def zip_of(tmp_path: Path, files: dict[str, bytes]) -> HandedIn:
    path = tmp_path / "s001" / "mnist.zip"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return HandedIn("s001", path)


def reason(handed_in: HandedIn) -> str:
    with pytest.raises(Rejected) as caught:
        read(handed_in, FakeAssignment(), {})
    return str(caught.value)


@pytest.mark.parametrize("handed_in_as", [folder_of, zip_of])
def test_files_are_read_and_clutter_is_left_out(tmp_path, handed_in_as):
    submission = read(
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
        ),
        FakeAssignment(),
        {},
    )
    assert submission.files == {"model.py": b"x = 1\n", "helpers/more.py": b"y = 2\n"}
    assert submission.modules() == {"model": "model.py"}
    assert submission.missing(["model"]) == []


def test_a_folder_and_a_zip_of_the_same_files_have_the_same_digest(tmp_path):
    files = {"model.py": b"x = 1\n", "a/b.txt": b""}
    of_folder = read(folder_of(tmp_path / "one", files), FakeAssignment(), {})
    of_zip = read(zip_of(tmp_path / "two", files), FakeAssignment(), {})
    assert of_folder.digest == of_zip.digest


@pytest.mark.parametrize("handed_in_as", [folder_of, zip_of])
def test_the_one_folder_around_everything_is_taken_off(tmp_path, handed_in_as):
    handed_in = handed_in_as(tmp_path, {"mnist/model.py": b"x = 1\n", "mnist/notes.txt": b""})
    assert set(read(handed_in, FakeAssignment(), {}).files) == {"model.py", "notes.txt"}


def test_a_folder_beside_the_modules_stays(tmp_path):
    handed_in = folder_of(tmp_path, {"model.py": b"", "helpers/more.py": b""})
    assert set(read(handed_in, FakeAssignment(), {}).files) == {"model.py", "helpers/more.py"}


def test_nothing_at_all_is_an_unattempted_submission(tmp_path):
    submission = read(folder_of(tmp_path, {}), FakeAssignment(), {})
    assert submission.missing(["model"]) == ["model"]
    assert submission.modules() == {}


def test_a_linked_file_is_refused(tmp_path):
    handed_in = folder_of(tmp_path, {})
    (handed_in.path / "model.py").symlink_to("/etc/passwd")
    assert reason(handed_in) == "model.py is a link; hand in the file itself"


def test_a_linked_folder_is_refused(tmp_path):
    handed_in = folder_of(tmp_path, {})
    (handed_in.path / "etc").symlink_to("/etc")
    assert reason(handed_in) == "etc is a link; hand in the file itself"


def test_a_fifo_is_refused_without_waiting_for_it(tmp_path):
    handed_in = folder_of(tmp_path, {})
    os.mkfifo(handed_in.path / "model.py")
    assert reason(handed_in) == "model.py is no ordinary file; hand in files only"


def test_a_link_in_a_zip_is_refused(tmp_path):
    handed_in = zip_of(tmp_path, {})
    entry = zipfile.ZipInfo("model.py")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(handed_in.path, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert reason(handed_in) == "model.py is a link; hand in the file itself"


@pytest.mark.parametrize(
    "name", ["../model.py", "/etc/model.py", "a/../../b.py", "..\\b.py", "C:/b.py"]
)
def test_a_name_that_leads_outside_is_refused(tmp_path, name):
    assert "points outside the submission" in reason(zip_of(tmp_path, {name: b""}))


@pytest.mark.parametrize("handed_in_as", [folder_of, zip_of])
def test_too_large_a_submission_is_refused(tmp_path, handed_in_as):
    assert reason(handed_in_as(tmp_path, {"data.bin": b"\0" * (1 << 20), "model.py": b"x"})) == (
        "the submission is larger than 1 MB (reached at model.py); leave data sets and results out"
    )


def test_a_zip_that_unpacks_to_more_than_it_says_is_refused(tmp_path):
    handed_in = zip_of(tmp_path, {"bomb": b"\0" * 1000})
    data = bytearray(handed_in.path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    handed_in.path.write_bytes(data)
    assert reason(handed_in)


@pytest.mark.parametrize("handed_in_as", [folder_of, zip_of])
def test_too_many_files_are_refused(tmp_path, handed_in_as):
    files = {f"{number}.txt": b"" for number in range(6)}
    assert reason(handed_in_as(tmp_path, files)) == (
        "the submission has more than 5 files; hand in only what you wrote"
    )


def test_too_long_a_name_is_refused(tmp_path):
    assert "is too long or too deep a name" in reason(zip_of(tmp_path, {"a" * 201: b""}))


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_name_that_is_there_twice_is_refused(tmp_path):
    handed_in = zip_of(tmp_path, {"model.py": b"x = 1"})
    with zipfile.ZipFile(handed_in.path, "a") as archive:
        archive.writestr("model.py", b"x = 2")
    assert reason(handed_in) == "model.py is there twice"


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_what_is_no_zip_is_refused(tmp_path, content):
    handed_in = zip_of(tmp_path, {})
    handed_in.path.write_bytes(content)
    assert reason(handed_in).startswith("mnist.zip can't be opened as a zip file")


def test_damaged_contents_of_a_zip_are_refused(tmp_path):
    handed_in = zip_of(tmp_path, {"model.py": b"x = 1\n" * 100})
    data = bytearray(handed_in.path.read_bytes())
    data[40:50] = b"\xff" * 10
    handed_in.path.write_bytes(data)
    assert reason(handed_in).startswith("mnist.zip can't be opened as a zip file")


def test_a_class_is_found_in_order_of_its_names(tmp_path):
    folder_of(tmp_path / "b", {})
    for student in ("s2", "s1"):
        (tmp_path / student / "mnist").mkdir(parents=True)
    (tmp_path / "s3").mkdir()
    (tmp_path / "s3" / "mnist.zip").write_bytes(b"")
    (tmp_path / "s4" / "other").mkdir(parents=True)
    assert [one.student for one in find(tmp_path, "mnist")] == ["s1", "s2", "s3"]


def test_no_submission_at_all_names_the_layout(tmp_path):
    with pytest.raises(NothingHandedIn) as caught:
        find(tmp_path / "nowhere", "mnist")
    assert str(caught.value) == (
        f"{tmp_path}/nowhere: expected <student>/mnist/ or <student>/mnist.zip, found neither; "
        "name the folder that holds one folder a student"
    )


def test_a_student_folder_whose_name_is_no_text_gets_a_readable_one(tmp_path):
    os.makedirs(os.fsencode(tmp_path) + b"/s\xff1/mnist")
    assert [one.student for one in find(tmp_path, "mnist")] == ["s\ufffd1"]
