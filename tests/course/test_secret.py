"""The secret key: where it comes from, how it is made, and what is refused."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course import CourseError, load, secret_key
from autograder.course.secret import read_or_make_key

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
HEX = "00ff" * 16


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "config" / "course.key"


@pytest.fixture
def read(tmp_path: Path) -> Callable[[Path], bytes]:
    def read(file: Path) -> bytes:
        return read_or_make_key("AUTOGRADER_KEY", file, tmp_path / "repository")

    return read


def refusal(read: Callable[[Path], bytes], file: Path) -> str:
    with pytest.raises(CourseError) as caught:
        read(file)
    return str(caught.value)


def test_is_made_on_first_use_and_then_stays(read: Callable[[Path], bytes], place: Path) -> None:
    key = read(place)
    assert len(key) == 32
    assert read(place) == key
    assert place.read_text() == key.hex() + "\n"
    assert [file.name for file in place.parent.iterdir()] == ["course.key"]


@posix
def test_is_readable_by_its_owner_only(read: Callable[[Path], bytes], place: Path) -> None:
    before = os.umask(0)
    try:
        read(place)
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_two_keys_differ(read: Callable[[Path], bytes], place: Path) -> None:
    assert read(place) != read(place.with_name("other.key"))


def test_the_environment_comes_first(
    read: Callable[[Path], bytes], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_KEY", f" {HEX.upper()}\n")
    assert read(place) == bytes.fromhex(HEX)
    assert not place.exists()


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", "nothing"),
        ("  \n", "nothing"),
        ("hunter2", "a text of 7 characters that is no such key"),
        (HEX + "0", "a text of 65 characters that is no such key"),
        ("zz" * 32, "a text of 64 characters that is no such key"),
    ],
)
def test_an_improper_key_is_refused_and_never_shown(
    read: Callable[[Path], bytes],
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    value: str,
    found: str,
) -> None:
    def expected(where: object) -> str:
        return (
            f"{where}: expected a secret key of 64 hexadecimal digits, found {found}; "
            'make one with: python -c "import secrets; print(secrets.token_hex(32))"'
        )

    place.parent.mkdir()
    place.touch(mode=0o600)
    place.write_text(value)
    assert refusal(read, place) == expected(place)
    assert place.read_text() == value
    monkeypatch.setenv("AUTOGRADER_KEY", value)
    assert refusal(read, place) == expected("the environment variable AUTOGRADER_KEY")


def test_a_file_of_other_bytes_is_refused(read: Callable[[Path], bytes], place: Path) -> None:
    place.parent.mkdir()
    place.touch(mode=0o600)
    place.write_bytes(b"\xff" * 64)
    assert "found a text of 64 characters that is no such key" in refusal(read, place)


@posix
def test_a_key_that_others_can_read_is_refused(read: Callable[[Path], bytes], place: Path) -> None:
    read(place)
    place.chmod(0o640)
    assert refusal(read, place) == (
        f"{place}: expected a secret key that only its owner can read, found mode 0640; "
        f"run: chmod 600 {place}"
    )


def test_a_key_inside_the_repository_is_refused(
    read: Callable[[Path], bytes], tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    inside = repository / "deep" / "course.key"
    expected = (
        ": expected the secret key outside the repository, found it inside; "
        "name another place under key.file in course.yaml and make a new key"
    )
    assert refusal(read, inside) == f"{inside}{expected}"
    assert not inside.parent.exists()
    roundabout = tmp_path / "elsewhere"
    roundabout.symlink_to(repository, target_is_directory=True)
    assert refusal(read, roundabout / "course.key") == f"{roundabout / 'course.key'}{expected}"


def test_a_place_that_cannot_be_written_is_told(
    read: Callable[[Path], bytes], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "course.key"
    assert refusal(read, place) == (
        f"{place}: expected to read or make the secret key here, found: File exists; "
        "mend that or set AUTOGRADER_KEY"
    )


def test_many_processes_at_once_agree_on_one_key(place: Path, tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from autograder.course.secret import "
        "read_or_make_key as read; print('ready', flush=True); sys.stdin.readline(); "
        "print(read('AUTOGRADER_KEY', Path(sys.argv[1]), Path(sys.argv[2])).hex())"
    )
    command = [sys.executable, "-c", code, str(place), str(tmp_path / "repository")]
    pipe = subprocess.PIPE
    runs = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(4)]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    keys = {run.communicate(timeout=60)[0].strip() for run in runs}
    assert keys == {place.read_text().strip()}
    assert [file.name for file in place.parent.iterdir()] == ["course.key"]


class TestOfACourse:
    def test_lies_in_the_users_settings(
        self, course_copy: Callable[..., Path], user_home: Path
    ) -> None:
        course = load(course_copy())
        key = secret_key(course)
        assert secret_key(load(course.path)) == key
        assert course.key_file.read_text().strip() == key.hex()
        assert course.key_file.is_relative_to(user_home)

    def test_lies_where_the_course_file_says(
        self, course_copy: Callable[..., Path], tmp_path: Path
    ) -> None:
        shipped = "  environment: AUTOGRADER_KEY"
        course = load(course_copy((shipped, "  file: ../beside.key")))
        secret_key(course)
        assert (tmp_path / "beside.key").is_file()
        course = load(course_copy((shipped, "  file: ~/at-home.key")))
        assert course.key_file == Path.home() / "at-home.key"

    def test_comes_from_the_variable_that_the_course_file_names(
        self, course_copy: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MY_COURSE_KEY", HEX)
        course = load(course_copy(("environment: AUTOGRADER_KEY", "environment: MY_COURSE_KEY")))
        assert secret_key(course) == bytes.fromhex(HEX)

    def test_is_shown_by_no_part_of_the_course(self, course_copy: Callable[..., Path]) -> None:
        course = load(course_copy())
        assert secret_key(course).hex() not in repr(course) + course.model_dump_json(
            exclude={"assignments": {"mnist": {"settings"}}}
        )
