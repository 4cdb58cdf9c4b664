"""What every backend gives a worker, and how its folder goes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import room as rooms

from .conftest import Start


def test_the_kit_of_a_worker_is_what_it_imports_and_no_more(tmp_path: Path) -> None:
    rooms.lay_out_kit(tmp_path / "kit")
    files = {path for path in (tmp_path / "kit").rglob("*") if path.is_file()}
    assert {path.relative_to(tmp_path / "kit" / "autograder").as_posix() for path in files} == set(
        rooms.kit_files()
    )
    assert {path.stat().st_mode & 0o777 for path in files} == {0o644}
    folders = {
        path.stat().st_mode & 0o777 for path in (tmp_path / "kit").rglob("*") if path.is_dir()
    }
    assert folders == {0o755}
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'kit')!r})\n"
        "from autograder.sandbox import worker\n"
        "print([name for name in sys.modules if name.startswith('autograder.sandbox.')])"
    )
    said = subprocess.run(
        [sys.executable, "-s", "-P", "-B", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={},
    ).stdout
    assert "autograder.sandbox.wire" in said
    assert "launch" not in said


def test_a_worker_imports_nothing_heavy_before_it_must(start: Start) -> None:
    code = "import sys; result = [name for name in heavy if name in sys.modules]"
    assert start("none").run(code, heavy=["torch", "numpy", "psutil", "safetensors"]) == []


def test_the_environment_is_short_and_says_nothing_of_the_machine() -> None:
    assert rooms.environment("/student") == {
        "HOME": "/student",
        "LANG": "C.UTF-8",
        "LOGNAME": "student",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": "/student/.config/matplotlib",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "TMPDIR": "/tmp",
        "USER": "student",
    }


class TestExposed:
    @pytest.fixture(autouse=True)
    def given(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "venv" / "course").mkdir(parents=True)
        (tmp_path / "link").symlink_to(tmp_path / "venv")
        monkeypatch.setattr(rooms, "python_folders", lambda: (str(tmp_path / "venv"),))

    @pytest.mark.parametrize("place", ["venv", "venv/course", "venv/course/key", "link/course"])
    def test_what_lies_in_a_folder_of_pythons(self, tmp_path: Path, place: str) -> None:
        assert rooms.exposed_to_workers([tmp_path / place]) == [tmp_path / place]

    @pytest.mark.parametrize("place", ["course", "venv2", "venv/../course"])
    def test_what_lies_beside_it_is_not(self, tmp_path: Path, place: str) -> None:
        assert rooms.exposed_to_workers([tmp_path / place]) == []

    def test_what_lies_in_the_systems(self) -> None:
        places = [Path("/usr/src/app/key"), Path("/lib/key"), Path("/opt/key"), Path("/")]
        assert rooms.exposed_to_workers(places) == places[:2]


class TestRemove:
    def test_a_folder_with_closed_ones_and_links(self, tmp_path: Path) -> None:
        outside, folder = tmp_path / "outside", tmp_path / "-rf folder"
        outside.mkdir(mode=0o750)
        (folder / "closed" / "more").mkdir(parents=True)
        (folder / "closed" / "link").symlink_to(outside)
        (folder / "link").symlink_to(outside)
        (folder / "closed").chmod(0)
        rooms.remove(folder)
        assert not os.path.lexists(folder)
        assert outside.stat().st_mode & 0o777 == 0o750

    def test_without_root_what_is_closed_is_opened(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commands: list[list[str]] = []
        monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
        rooms.remove(tmp_path)
        assert commands == [
            ["rm", "-rf", "--", str(tmp_path)],
            ["chmod", "-R", "u+rwx", "--", str(tmp_path)],
            ["rm", "-rf", "--", str(tmp_path)],
        ]

    def test_what_is_a_link_goes_alone(self, tmp_path: Path) -> None:
        (tmp_path / "kept").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "kept")
        rooms.remove(tmp_path / "link")
        assert [path.name for path in tmp_path.iterdir()] == ["kept"]

    def test_what_is_not_there_is_no_trouble(self, tmp_path: Path) -> None:
        rooms.remove(tmp_path / "nothing")
