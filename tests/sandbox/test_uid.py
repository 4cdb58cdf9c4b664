"""A worker without namespaces: a throw-away user whom Landlock, or else file modes, keep out."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.sandbox import landlock, syscalls, uid, users
from autograder.sandbox.answers import SandboxBroken, WorkerStopped
from autograder.sandbox.launch import Worker

from .conftest import IS_ROOT, LIMITS, Start, job, needs_uid

as_root = pytest.mark.skipif(not IS_ROOT, reason="needs root")
NO_LANDLOCK = "this kernel has no Landlock and these can be read by every user: "
BESIDE_PYTHON = (
    "every worker reads what lies beside Python or in /usr, "
    "and so these can be read by every user: "
)


@pytest.fixture
def without_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that every user gets into, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


class TestProblem:
    def test_an_ordinary_user_cannot_lend(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        assert uid.problem() == "only root can lend users to workers"

    @as_root
    def test_an_unknown_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(syscalls, "is_known_machine", lambda: False)
        machine = os.uname().machine
        assert uid.problem() == f"the system calls of this machine ({machine}) are not known"

    @needs_uid
    def test_a_folder_for_files_that_is_closed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tmp_path.chmod(0o700)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        assert uid.problem() == (
            f"other users can't get into {tmp_path}, where workers have their folders; "
            "set TMPDIR to a folder that they can get into"
        )

    @needs_uid
    class TestOfPython:
        @pytest.fixture(autouse=True)
        def fresh(self) -> Iterator[None]:
            uid._start_problem.cache_clear()
            yield
            uid._start_problem.cache_clear()

        def test_that_others_cannot_run(
            self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
        ) -> None:
            closed = tmp_path / "closed"
            closed.mkdir(mode=0o700)
            (closed / "python").symlink_to(sys.executable)
            monkeypatch.setattr(sys, "executable", str(closed / "python"))
            assert uid.problem() == (
                f"other users can't run {os.path.realpath(sys.executable)} or read its packages; "
                "install Python where they can (a folder on the way to it is closed to them: "
                "`namei -m` shows it)"
            )

        def test_whose_packages_others_cannot_read(
            self, reachable: Path, monkeypatch: pytest.MonkeyPatch
        ) -> None:
            packages = reachable / "site-packages"
            (packages / "torch").mkdir(parents=True)
            monkeypatch.setattr(sys, "path", [*sys.path, str(packages)])
            assert uid.problem() is None
            uid._start_problem.cache_clear()
            (packages / "torch").chmod(0o700)
            assert str(uid.problem()).startswith("other users can't run ")

        def test_without_the_program_that_cleans_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
            monkeypatch.setattr("shutil.which", lambda name: None)
            assert uid.problem() == (
                "the program `find` was not found; install the system's package `findutils`"
            )

    @needs_uid
    def test_without_landlock_what_is_private_must_be_closed(
        self, reachable: Path, without_landlock: None
    ) -> None:
        solutions, key, closed = reachable / "my solutions", reachable / "key", reachable / "closed"
        solutions.mkdir()
        (solutions / "model.py").touch()
        key.touch()
        closed.mkdir(mode=0o700)
        private = [solutions, key, closed, reachable / "nowhere", closed / "more"]
        told = uid.problem(private)
        assert told == (
            f"{NO_LANDLOCK}{solutions}, {key}; close them: chmod -R go-rwx '{solutions}' {key}"
        )
        subprocess.run(told.partition("close them: ")[2], shell=True, check=True)
        assert uid.problem(private) is None
        assert self.is_kept_out(solutions / "model.py", key)

    @needs_uid
    def test_with_it_only_what_lies_beside_python(
        self, reachable: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not landlock.version():
            pytest.skip("this kernel has no Landlock")
        monkeypatch.setattr(uid, "exposed_to_workers", lambda private: private[:1])
        first, second = reachable / "first", reachable / "second"
        first.touch()
        second.touch()
        assert uid.problem([second]) == (
            f"{BESIDE_PYTHON}{second}; close them: chmod -R go-rwx {second}"
        )
        first.chmod(0o600)
        assert uid.problem([first, second]) is None

    def is_kept_out(self, *paths: Path) -> bool:
        ran = subprocess.run(
            ["cat", *map(str, paths)],
            user=users.TRIES_OUT,
            group=users.TRIES_OUT,
            extra_groups=[],
            capture_output=True,
            check=False,
        )
        return ran.stdout == b"" and ran.stderr.count(b"Permission denied") == len(paths)


class TestReadableByAnybody:
    @pytest.mark.parametrize(
        ("mode", "readable"), [(0o600, False), (0o640, False), (0o604, True), (0o644, True)]
    )
    def test_a_file(self, reachable: Path, mode: int, readable: bool) -> None:
        (reachable / "file").touch()
        (reachable / "file").chmod(mode)
        assert uid.is_readable_by_anybody(reachable / "file") is readable

    @pytest.mark.parametrize(
        ("mode", "readable"), [(0o700, False), (0o750, False), (0o701, True), (0o704, True)]
    )
    def test_a_folder(self, reachable: Path, mode: int, readable: bool) -> None:
        (reachable / "folder").mkdir()
        (reachable / "folder").chmod(mode)
        assert uid.is_readable_by_anybody(reachable / "folder") is readable

    def test_what_a_closed_folder_holds_is_not(self, reachable: Path) -> None:
        (reachable / "closed" / "open").mkdir(parents=True)
        (reachable / "closed").chmod(0o700)
        assert not uid.is_readable_by_anybody(reachable / "closed" / "open")

    def test_a_link_is_what_it_leads_to(self, reachable: Path) -> None:
        (reachable / "closed").mkdir(mode=0o700)
        (reachable / "closed" / "file").touch()
        (reachable / "link").symlink_to(reachable / "closed" / "file")
        assert not uid.is_readable_by_anybody(reachable / "link")
        assert not uid.is_readable_by_anybody(reachable / "nowhere")


@needs_uid
class TestWithoutLandlock:
    @pytest.fixture(autouse=True)
    def lacking(
        self, without_landlock: None, reachable: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[None]:
        monkeypatch.setattr(users, "_mounts", lambda: iter([str(reachable)]))
        users.open_folders.cache_clear()
        (reachable / "open").mkdir()
        (reachable / "open").chmod(0o1777)
        (reachable / "closed").mkdir(mode=0o700)
        (reachable / "closed" / "secret").touch()
        yield
        users.open_folders.cache_clear()

    def test_modes_keep_it_out_and_what_it_leaves_goes(self, start: Start, reachable: Path) -> None:
        asked = start("uid")
        code = """
        import os
        result = []
        for path in ("closed", "closed/secret", "open/left"):
            try:
                os.listdir(f"{folder}/{path}") if path == "closed" else open(f"{folder}/{path}")
                result.append(path)
            except OSError as error:
                result.append(error.strerror)
        os.makedirs(f"{folder}/open/left/more"); os.chmod(f"{folder}/open/left", 0)
        try:
            open(f"{folder}/planted", "w")
        except OSError as error:
            result.append(error.strerror)
        """
        denied = "Permission denied"
        assert asked.run(code, folder=str(reachable)) == [
            denied, denied, "No such file or directory", denied,
        ]  # fmt: skip
        assert (reachable / "open" / "left").exists()
        asked.worker.close()
        assert list((reachable / "open").iterdir()) == []

    def test_what_it_writes_anywhere_counts(self, start: Start, reachable: Path) -> None:
        asked = start("uid", limits=replace(LIMITS, scratch_bytes=4 << 20))
        code = """
        import time
        open(f"{folder}/open/large", "wb").write(bytes(6 << 20))
        time.sleep(60)
        """
        with pytest.raises(WorkerStopped, match=r"^wrote more than 4 MB or 20,000 files to disk; "):
            asked.run(code, folder=str(reachable))
        assert list((reachable / "open").iterdir()) == []


@needs_uid
class TestRoom:
    def test_the_kit_is_roots_and_the_folder_the_users(self, start: Start) -> None:
        asked = start("uid")
        student = Path(asked.run("import os; result = os.getcwd()"))
        number = asked.run("import os; result = os.getuid()")
        owners = {path.name: path.stat().st_uid for path in student.parent.iterdir()}
        assert owners == {"student": number, "kit": 0}
        assert student.stat().st_mode & 0o777 == 0o700
        assert student.parent.stat().st_uid == 0
        assert student.parent.stat().st_mode & 0o777 == 0o711

    def test_a_full_disk_leaves_no_user_behind(
        self, scratch: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fill(folder: Path) -> None:
            raise OSError(28, "No space left on device")

        before, held = set(scratch.iterdir()), len(os.listdir("/proc/self/fd"))
        monkeypatch.setattr(uid, "lay_out_kit", fill)
        with Worker(job("uid")) as worker, pytest.raises(SandboxBroken) as caught:
            worker.load(30)
        assert str(caught.value) == ("no room for the worker: [Errno 28] No space left on device")
        assert set(scratch.iterdir()) == before
        assert len(os.listdir("/proc/self/fd")) == held

    def test_no_user_is_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(users, "NUMBERS", range(0))
        with Worker(job("uid")) as worker, pytest.raises(SandboxBroken) as caught:
            worker.load(30)
        assert str(caught.value) == "no room for the worker: all 0 throw-away users are in use"
