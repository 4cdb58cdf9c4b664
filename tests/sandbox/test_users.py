"""Throw-away users: each lent once at a time, with nothing left of who had it before."""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import processes, procfs, users

from .conftest import needs_uid

pytestmark = needs_uid
# Others than those of another run of these tests at the same time.
NUMBERS = range(58_100 + os.getpid() % 30 * 4, 58_100 + os.getpid() % 30 * 4 + 4)
FIRST, SECOND, _, LAST = NUMBERS
SHARED = (users.SHARED_MEMORY,)


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Locks of their own, and users that no other test uses."""
    monkeypatch.setattr(users, "LOCKS", tmp_path / "locks")
    monkeypatch.setattr(users, "NUMBERS", NUMBERS)
    return tmp_path / "locks"


@pytest.fixture
def lent() -> Iterator[users.User]:
    user = users.claim(())
    yield user
    with contextlib.suppress(OSError):
        user.give_back(SHARED)


def start(number: int, code: str) -> subprocess.Popen[bytes]:
    """A process of this user that has said that it is there."""
    process = subprocess.Popen(
        ["/proc/self/exe", "-I", "-S", "-c", textwrap.dedent(code)],
        executable=sys.executable,
        user=number,
        group=number,
        extra_groups=[],
        stdout=subprocess.PIPE,
        start_new_session=True,
        cwd="/",
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    return process


SLEEP = "import time; print(flush=True); time.sleep(86399)"


class TestClaim:
    def test_two_differ_and_a_user_given_back_is_lent_again(self) -> None:
        first, second = users.claim(()), users.claim(())
        assert (first.number, second.number) == (FIRST, SECOND)
        first.give_back(())
        assert users.claim(()).number == FIRST
        second.give_back(())

    def test_another_process_gets_another_user(self, lent: users.User, locks: Path) -> None:
        code = (
            "import sys; from pathlib import Path; from autograder.sandbox import users\n"
            f"users.LOCKS = Path({str(locks)!r}); users.NUMBERS = {NUMBERS!r}\n"
            "print(users.claim(()).number)"
        )
        found = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        assert int(found) != lent.number

    def test_all_are_in_use(self) -> None:
        taken = [users.claim(()) for _ in users.NUMBERS]
        held = len(os.listdir("/proc/self/fd"))
        with pytest.raises(users.NoUserLeft) as caught:
            users.claim(())
        assert str(caught.value) == "all 4 throw-away users are in use"
        assert len(os.listdir("/proc/self/fd")) == held
        for user in taken:
            user.give_back(())

    @pytest.mark.parametrize("named", [FIRST, FIRST + 1_000], ids=["its own", "another"])
    def test_a_number_with_a_name_is_somebodys(
        self, monkeypatch: pytest.MonkeyPatch, named: int
    ) -> None:
        def look_up(number: int) -> None:
            if number != named:
                raise KeyError(number)

        monkeypatch.setattr(pwd, "getpwuid", look_up)
        user = users.claim(())
        assert user.number == SECOND
        user.give_back(())

    def test_the_locks_are_roots_alone(self, lent: users.User, locks: Path) -> None:
        assert locks.stat().st_mode & 0o777 == 0o700
        assert (locks / str(lent.number)).stat().st_mode & 0o777 == 0o600

    def test_it_clears_what_a_killed_grader_left(self, tmp_path: Path, locks: Path) -> None:
        folder, shared = tmp_path / "noted", Path(users.SHARED_MEMORY) / f"left-{os.getpid()}"
        (folder / "closed").mkdir(parents=True)
        code = (
            "import os, sys; from pathlib import Path; from autograder.sandbox import users\n"
            f"users.LOCKS = Path({str(locks)!r}); users.NUMBERS = {NUMBERS!r}\n"
            f"user = users.claim(()); user.note(Path({str(folder)!r}))\n"
            "os.kill(os.getpid(), 9)"
        )
        subprocess.run([sys.executable, "-c", code], check=False)
        left = start(FIRST, SLEEP)
        shared.mkdir()
        (shared / "file").touch()
        for path in (shared, shared / "file"):
            os.chown(path, FIRST, FIRST)
        assert (locks / str(FIRST)).read_text() == str(folder)
        user = users.claim(SHARED)
        assert left.wait(timeout=10) == -9
        assert not folder.exists()
        assert not shared.exists()
        assert (locks / str(FIRST)).read_text() == ""
        assert user.number in users.NUMBERS
        user.give_back(())

    def test_a_user_whose_ended_processes_nobody_asks_for_is_passed_over(self) -> None:
        ended = start(FIRST, "print(flush=True)")
        while procfs.facts(ended.pid) is not None:
            time.sleep(0.01)
        user = users.claim(())
        assert user.number == SECOND
        ended.wait()
        user.give_back(())
        user = users.claim(())
        assert user.number == FIRST
        user.give_back(())

    def test_one_whose_processes_cannot_be_ended_is_passed_over(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left = start(FIRST, SLEEP)
        monkeypatch.setattr(users, "_KILL", "")
        monkeypatch.setattr(users, "_TRIES", 2)
        monkeypatch.setattr(processes, "wait_gone", list)
        with pytest.raises(OSError, match="can't be ended") as caught:
            users.end_processes(FIRST)
        assert str(caught.value) == f"1 processes of the throw-away user {FIRST} can't be ended"
        user = users.claim(())
        assert user.number == SECOND
        user.give_back(())
        left.kill()
        left.wait()


class TestClearUnused:
    def test_ends_what_graders_left_but_not_what_is_lent(self, lent: users.User) -> None:
        lents, unused = start(lent.number, SLEEP), start(LAST, SLEEP)
        users.clear_unused(SHARED)
        assert unused.poll() is None
        users.claim(()).give_back(())
        (users.LOCKS / str(LAST)).touch()
        users.clear_unused(SHARED)
        assert unused.wait(timeout=10) == -9
        assert lents.poll() is None
        lents.kill()
        lents.wait()


class TestEndProcesses:
    def test_ends_a_user_who_starts_and_ends_processes_without_end(self) -> None:
        hydra = start(
            FIRST,
            """
            import os, resource, signal
            resource.setrlimit(resource.RLIMIT_NPROC, (60, 60))
            print(flush=True)
            own = os.getpid()
            while True:
                try:
                    if os.fork() == 0:
                        os.setsid()
                        for pid in os.listdir("/proc"):
                            if pid.isdigit() and int(pid) not in (own, os.getpid()):
                                try: os.kill(int(pid), signal.SIGKILL)
                                except OSError: pass
                except OSError:
                    pass
            """,
        )
        time.sleep(0.2)
        users.end_processes(FIRST)
        assert hydra.wait(timeout=10) == -9
        assert processes.of_user(FIRST) == []

    @pytest.mark.parametrize(
        "trick",
        [
            "ctypes.CDLL(None).prctl(15, b'Uid:\\t0\\t0\\t0', 0, 0, 0)",
            "threading.Thread(target=time.sleep, args=(86399,)).start()\n"
            "print(flush=True)\nctypes.CDLL(None).syscall(EXIT, 0)",
            "os.kill(os.getpid(), 19)",
        ],
        ids=["name", "headless", "stopped"],
    )
    def test_ends_one_that_hides(self, trick: str) -> None:
        number = {"x86_64": "60", "aarch64": "93"}[os.uname().machine]
        code = "import ctypes, os, threading, time\n" + trick.replace("EXIT", number)
        if "19" in trick:
            code = code.replace("os.kill", "print(flush=True); os.kill")
        hidden = start(FIRST, f"{code}\nprint(flush=True)\ntime.sleep(86399)")
        time.sleep(0.1)
        users.end_processes(FIRST)
        assert hidden.wait(timeout=10) == -9

    def test_side_by_side_they_end_only_their_own(self) -> None:
        def of(number: int) -> None:
            for _ in range(4):
                process = start(number, SLEEP)
                users.end_processes(number)
                ended.append(process.wait(timeout=10))

        ended: list[int] = []
        bystander = start(LAST, SLEEP)
        at_once = [threading.Thread(target=of, args=(number,)) for number in (FIRST, SECOND)]
        for thread in at_once:
            thread.start()
        for thread in at_once:
            thread.join()
        assert ended == [-9] * 8
        assert bystander.poll() is None
        users.end_processes(LAST)
        bystander.wait()


class TestOpenFolders:
    @pytest.fixture(autouse=True)
    def fresh(self) -> Iterator[None]:
        users.open_folders.cache_clear()
        yield
        users.open_folders.cache_clear()

    def test_are_those_that_anybody_writes_to(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "open" / "within").mkdir(parents=True)
        (tmp_path / "closed" / "öpen").mkdir(parents=True)
        for folder in (tmp_path / "open", tmp_path / "open" / "within", tmp_path / "closed/öpen"):
            folder.chmod(0o777)
        monkeypatch.setattr(users, "_mounts", lambda: iter([str(tmp_path)]))
        assert users.open_folders() == (f"{tmp_path}/closed/öpen", f"{tmp_path}/open")

    def test_on_every_file_system_that_is_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        mounts = (
            b"proc /proc proc rw 0 0\n/dev/sda / ext4 rw,relatime 0 0\n/dev/sdb /boot ext4 ro 0 0\n"
            b"tmpfs /dev/shm tmpfs rw 0 0\ntmpfs /nowhere tmpfs rw 0 0\n"
            b"/dev/sdc /media/My\\040\xc3\xb6 ext4 rw 0 0\n"
        )
        monkeypatch.setattr(Path, "read_bytes", lambda self: mounts)
        monkeypatch.setattr(os.path, "isdir", lambda place: b"nowhere" not in place)
        assert list(users._mounts()) == ["/", "/dev/shm", "/media/My ö"]
