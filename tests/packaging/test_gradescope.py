"""The package for Gradescope: what is in it, and what its scripts do."""

from __future__ import annotations

import io
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder import course as courses
from autograder.commands import gradescope_run
from autograder.data.mnist import FILES, packed_files
from autograder.grading.results import Submitted
from autograder.packaging.gradescope import NoPackage, gradescope_package

KEY = bytes(range(32))
METADATA: dict[str, Any] = {
    "id": 123456,
    "created_at": "2027-03-02T14:22:32.365935-07:00",
    "assignment": {"due_date": "2027-03-01T22:59:00.000000-08:00", "title": "Digits"},
    "users": [{"email": "ada@example.org", "id": 1234, "name": "Ada Lovelace"}],
    "previous_submissions": [],
}


@pytest.fixture(scope="module")
def package(repository: Path) -> zipfile.ZipFile:
    course = courses.load(repository / "course.yaml")
    return zipfile.ZipFile(io.BytesIO(gradescope_package(course, "mnist", KEY, {})))


def text(package: zipfile.ZipFile, name: str) -> str:
    return package.read(name).decode()


class TestThePackage:
    def test_has_what_gradescope_asks_for_at_its_root(self, package: zipfile.ZipFile) -> None:
        modes = {
            info.filename: stat.filemode(info.external_attr >> 16)
            for info in package.infolist()
            if "/" not in info.filename
        }
        assert modes == {
            "course.key": "-rw-------",
            "run_autograder": "-rwxr-xr-x",
            "setup.sh": "-rwxr-xr-x",
        }

    def test_holds_the_kit_as_it_is_here(self, package: zipfile.ZipFile, repository: Path) -> None:
        """The digest of the kit decides with which results others can be compared."""
        ours = {
            f"kit/{path.relative_to(repository).as_posix()}"
            for path in (repository / "autograder").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        theirs = {name for name in package.namelist() if name.startswith("kit/autograder/")}
        assert theirs == ours
        assert text(package, "kit/constraints.txt") == (repository / "constraints.txt").read_text()

    def test_holds_the_course_and_nothing_of_a_class(self, package: zipfile.ZipFile) -> None:
        tops = {"/".join(name.split("/")[:3]) for name in package.namelist()}
        assert {name for name in tops if name.startswith("course/")} == {
            "course/course.yaml", "course/source/mnist", "course/release/mnist",
        }  # fmt: skip
        assert text(package, "course.key").strip() == KEY.hex()

    def test_is_the_same_every_time(self, repository: Path) -> None:
        course = courses.load(repository / "course.yaml")
        first, second = (gradescope_package(course, "mnist", KEY, {}) for _ in range(2))
        assert first == second

    def test_scripts_are_shell(self, package: zipfile.ZipFile, tmp_path: Path) -> None:
        for name in ("setup.sh", "run_autograder"):
            done = subprocess.run(
                ["bash", "-n"], input=package.read(name), capture_output=True, check=False
            )
            assert (done.returncode, done.stderr) == (0, b"")

    def test_images_are_fetched_when_none_go_along(
        self, package: zipfile.ZipFile, repository: Path
    ) -> None:
        assert 'data.load("mnist", None' in text(package, "setup.sh")
        assert "unset MNIST_ROOT" in text(package, "run_autograder")
        course = courses.load(repository / "course.yaml")
        index = "https://example.org/wheels cpu"
        data = gradescope_package(course, "mnist", KEY, {"images.gz": b"1"}, index)
        full = zipfile.ZipFile(io.BytesIO(data))
        assert full.read("data/images.gz") == b"1"
        assert "data.load" not in text(full, "setup.sh")
        assert 'export MNIST_ROOT="$SOURCE/data"' in text(full, "run_autograder")
        assert "--extra-index-url 'https://example.org/wheels cpu' " in text(full, "setup.sh")

    def test_needs_a_release(self, repository: Path, tmp_path: Path) -> None:
        shutil.copytree(repository / "source", tmp_path / "source")
        shutil.copy(repository / "course.yaml", tmp_path)
        with pytest.raises(NoPackage) as caught:
            gradescope_package(courses.load(tmp_path / "course.yaml"), "mnist", KEY, {})
        assert str(caught.value) == (
            f"{tmp_path}/release/mnist: expected the release that students got, found none; run "
            "`autograder release` and commit what it writes"
        )


class TestSetup:
    def run(
        self, package: zipfile.ZipFile, tmp_path: Path, version: str
    ) -> subprocess.CompletedProcess[str]:
        """setup.sh where nothing is installed, and Python only says what it is told to do."""
        tools = tmp_path / "bin"
        tools.mkdir()
        (tmp_path / "source").mkdir()
        for name in ("bash", "chmod"):
            (tools / name).symlink_to(str(shutil.which(name)))
        python = tools / "python3"
        python.write_text(
            "#!/bin/bash\n"
            f'[ "$1" = --version ] && echo "Python {version}"\n'
            f'[ "$1" = -c ] && exit {int(version.startswith("3.10"))}\n'
            'if [ "$1" = -m ] && [ "$2" = venv ]; then\n'
            '  /bin/mkdir -p "$3/bin"; /bin/cp "$0" "$3/bin/python"\n'
            'elif [ "$1" = -m ]; then echo "$@"; fi\n'
        )
        python.chmod(0o755)
        (tools / "apt-get").write_text('#!/bin/bash\necho "apt-get $*"\n')
        (tools / "apt-get").chmod(0o755)
        return subprocess.run(
            [str(tools / "bash")],
            input=text(package, "setup.sh"),
            env={"PATH": str(tools), "GRADESCOPE_ROOT": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_installs_the_kit_with_its_pins(self, package: zipfile.ZipFile, tmp_path: Path) -> None:
        done = self.run(package, tmp_path, "3.12.3")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == (
            "-m pip install --no-cache-dir --disable-pip-version-check "
            f"-c {tmp_path}/source/kit/constraints.txt {tmp_path}/source/kit\n"
        )
        assert stat.S_IMODE((tmp_path / "source").stat().st_mode) == 0o700

    def test_says_which_python_it_needs(self, package: zipfile.ZipFile, tmp_path: Path) -> None:
        done = self.run(package, tmp_path, "3.10.12")
        assert done.returncode == 1
        assert "apt-get install -qy --no-install-recommends python3 python3-venv" in done.stdout
        assert done.stderr == (
            "expected Python 3.11.5 or newer, found Python 3.10.12; choose a base image with "
            "Ubuntu 24.04\n"
        )


class TestWhoAndWhen:
    def test_is_known_by_the_address_and_the_time_of_gradescope(self) -> None:
        assert gradescope_run.student_of(METADATA) == "ada@example.org"
        submitted = gradescope_run.submitted_of(METADATA)
        assert isinstance(submitted, Submitted)
        assert submitted.time.isoformat() == "2027-03-02T14:22:32.365935-07:00"
        assert submitted.source == "Gradescope"

    @pytest.mark.parametrize(
        ("metadata", "student"),
        [
            ({}, "submission"),
            ({"id": 7, "users": []}, "submission 7"),
            ({"id": 7, "users": [{"name": "Ada"}]}, "Ada"),
            ({"id": 7, "users": "x", "created_at": "then"}, "submission 7"),
        ],
    )
    def test_need_not_be_known(self, metadata: dict[str, Any], student: str) -> None:
        assert gradescope_run.student_of(metadata) == student
        assert gradescope_run.submitted_of(metadata) is None


def test_images_are_packed_the_same_whether_they_were_or_not(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes(name.encode())
    packed = packed_files(tmp_path)
    assert sorted(packed) == sorted(f"{name}.gz" for name in FILES)
    for name in FILES:
        (tmp_path / f"{name}.gz").write_bytes(packed[f"{name}.gz"])
        (tmp_path / name).unlink()
    assert packed_files(tmp_path) == packed
