"""Whatever a worker does, nothing of it stays behind: no process, no file, no descriptor."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import time
from pathlib import Path

import pytest

from autograder.sandbox import procfs, users
from autograder.sandbox.answers import WorkerStopped

from .conftest import ALL, CONTAINING, LIMITS, WARM, Asked, Start, needs_uid

CONTAINED = pytest.mark.parametrize("backend", CONTAINING)


def processes_of(asked: Asked) -> list[int]:
    """All that the worker has started, as it is known outside."""
    process, room = asked.worker._process, asked.worker._room
    assert process is not None
    assert room is not None
    return [one.pid for one in room.processes(process, 100)]


def runs(pid: int) -> bool:
    """Does the process still run, after at most two seconds?"""
    for _ in range(40):
        if procfs.facts(pid) is None:
            return False
        time.sleep(0.05)
    return True


class TestProcesses:
    @CONTAINED
    @pytest.mark.parametrize(
        "child",
        [
            "os.setsid()\nif os.fork(): os._exit(0)",
            "os.setpgid(0, 0)",
            "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))",
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
            "os.kill(os.getpid(), signal.SIGSTOP)",
            "os.setsid(); os.execvp('sleep', ['sleep', '86399'])",
            "ctypes.CDLL(None).prctl(15, b'Uid:\\t0\\t0\\t0', 0, 0, 0)",
            "os.setpriority(os.PRIO_PROCESS, 0, 19)",
        ],
        ids=["daemon", "group", "deaf", "stubborn", "stopped", "program", "name", "idle"],
    )
    def test_none_outlives_its_worker(self, start: Start, backend: str, child: str) -> None:
        asked = start(backend)
        code = f"""
        import ctypes, os, signal, time
        read, write = os.pipe()
        if os.fork() == 0:
            os.write(write, b"x")
            {child.replace(chr(10), chr(10) + " " * 12)}
            time.sleep(86399)
        os.read(read, 1)
        time.sleep(0.1)
        """
        asked.run(code)
        started = processes_of(asked)
        assert len(started) >= 2
        asked.worker.close()
        assert [pid for pid in started if runs(pid)] == []

    @CONTAINED
    def test_one_without_its_first_thread_neither(self, start: Start, backend: str) -> None:
        asked = start(backend)
        asked.run(
            """
            import ctypes, os, platform, threading, time
            if os.fork() == 0:
                threading.Thread(target=time.sleep, args=(86399,)).start()
                ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)
            time.sleep(0.2)
            """
        )
        started = processes_of(asked)
        asked.worker.close()
        assert [pid for pid in started if runs(pid)] == []

    @CONTAINED
    def test_nor_do_many_that_start_and_end_each_other(self, start: Start, backend: str) -> None:
        asked = start(backend)
        code = """
        import os

        def fork():
            try:
                return os.fork()
            except OSError:
                return 1

        for _ in range(6):
            fork()
        while True:
            if fork() == 0:
                os.setsid()
            elif fork() == 0:
                os.setpgid(0, 0)
        """
        with pytest.raises(WorkerStopped, match=r"^started more than 32 processes and threads; "):
            asked.run(code)
        assert asked.run("result = 1") == 1
        assert len(processes_of(asked)) <= 3

    @needs_uid
    def test_a_child_of_the_graders_cannot_be_made(self, start: Start) -> None:
        asked = start("uid")
        code = """
        import ctypes, os, platform
        libc = ctypes.CDLL(None, use_errno=True)
        number = {"x86_64": 56, "aarch64": 220}[platform.machine()]
        made = libc.syscall(number, 0x8000 | 17, 0, 0, 0, 0)
        if made == 0:
            os._exit(0)
        result = [made, os.strerror(ctypes.get_errno())]
        """
        assert asked.run(code) == [-1, "Operation not permitted"]

    def test_without_a_sandbox_those_of_the_tree_go(self, start: Start) -> None:
        asked = start("none")
        asked.run("import subprocess; subprocess.Popen(['sleep', '86399'])")
        started = processes_of(asked)
        assert len(started) == 2
        asked.worker.close()
        assert [pid for pid in started if runs(pid)] == []


class TestFiles:
    @pytest.mark.parametrize("backend", ALL)
    def test_none_stays(self, start: Start, scratch: Path, backend: str) -> None:
        before, left = set(scratch.iterdir()), f"left-{os.getpid()}"
        asked = start(backend)
        asked.run(
            """
            import os, socket, stat, tempfile
            os.mkdir("locked"); open("locked/file", "w").close(); os.chmod("locked", 0)
            os.mkfifo("pipe"); os.symlink("/", "root"); os.symlink("nowhere", b"\\xff\\n -rf")
            socket.socket(socket.AF_UNIX).bind("socket")
            tempfile.mkdtemp()
            if not unprotected:
                left = f"/dev/shm/{left}"
                os.mkdir(left); open(f"{left}/file", "w").close(); os.chmod(left, 0)
            """,
            left=left,
            unprotected=backend.removesuffix(WARM) == "none",
        )
        asked.worker.close()
        assert set(scratch.iterdir()) == before
        # Nothing is said of others, which another test may have there at the same time.
        assert not Path(users.SHARED_MEMORY, left).exists()

    @CONTAINED
    def test_however_deep(
        self, start: Start, monkeypatch: pytest.MonkeyPatch, backend: str
    ) -> None:
        # Where 3,000 folders are made in no time.
        folder = Path(tempfile.mkdtemp(dir=users.SHARED_MEMORY))
        folder.chmod(0o711)
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        asked = start(backend)
        asked.run(
            """
            import os
            for _ in range(3000):
                os.mkdir("x"); os.chdir("x")
            for _ in range(3000):
                above = os.open("..", os.O_PATH)
                os.chmod(".", 0); os.fchdir(above); os.close(above)
            """
        )
        asked.worker.close()
        folder.rmdir()

    @pytest.mark.parametrize("backend", ALL)
    def test_removing_follows_no_link(
        self, start: Start, tmp_path: Path, scratch: Path, backend: str
    ) -> None:
        outside = tmp_path / "outside"
        outside.mkdir(mode=0o750)
        (outside / "file").write_text("kept")
        (outside / "file").chmod(0o640)
        asked = start(backend)
        code = """
        import os
        os.symlink(outside, "link"); os.symlink(outside + "/file", "file")
        os.mkdir("folder"); os.symlink(outside, "folder/link")
        os.mkdir("locked"); os.symlink(outside, "locked/link"); os.chmod("locked", 0)
        """
        asked.run(code, outside=str(outside))
        asked.worker.close()
        assert outside.stat().st_mode & 0o777 == 0o750
        assert (outside / "file").stat().st_mode & 0o777 == 0o640
        assert (outside / "file").read_text() == "kept"

    @needs_uid
    @pytest.mark.parametrize("link", ["link", "folder/link"])
    def test_nor_does_removing_from_open_folders(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str
    ) -> None:
        outside, open_folder = tmp_path / "outside", tmp_path / "open"
        outside.mkdir()
        (outside / "file").write_text("kept")
        (open_folder / "folder").mkdir(parents=True)
        (open_folder / link).symlink_to(outside)
        for path in (outside / "file", open_folder / "folder", open_folder / link):
            os.chown(path, users.TRIES_OUT, users.TRIES_OUT, follow_symlinks=False)
        users._remove_files(users.TRIES_OUT, str(open_folder))
        assert list(open_folder.iterdir()) == []
        assert (outside / "file").read_text() == "kept"


class TestDescriptors:
    @pytest.mark.parametrize("backend", ALL)
    @pytest.mark.parametrize("end", ["", "import os; os._exit(0)", "import os; os.close(1)"])
    def test_none_stays_open(self, start: Start, backend: str, end: str) -> None:
        before = sorted(os.listdir("/proc/self/fd"))
        asked = start(backend)
        asked.run("result = 1")
        with contextlib.suppress(WorkerStopped):
            asked.run(end)
        asked.worker.close()
        asked.worker.close()
        assert sorted(os.listdir("/proc/self/fd")) == before

    @CONTAINED
    def test_a_socket_sent_to_oneself_is_gone_too(self, start: Start, backend: str) -> None:
        asked = start(backend)
        asked.run(
            """
            import os, socket
            first, second = socket.socketpair()
            file = open("large", "wb"); file.write(bytes(1 << 20)); file.flush()
            socket.send_fds(first, [b"x"], [file.fileno(), second.fileno()])
            """
        )
        started = processes_of(asked)
        asked.worker.close()
        assert [pid for pid in started if runs(pid)] == []

    def test_output_is_bounded_and_begins_where_it_began(self, start: Start) -> None:
        asked = start("none")
        code = """
        import sys, time
        print("the beginning")
        for _ in range(40):
            sys.stdout.write("x" * 100_000)
            sys.stderr.write("y" * 1_000)
            sys.stdout.flush()
            time.sleep(0.01)
        result = 1
        """
        assert asked.run(code) == 1
        watch, process = asked.worker._watch, asked.worker._process
        assert watch is not None
        assert process is not None
        time.sleep(0.4)
        assert os.fstat(watch._output_fd).st_size <= LIMITS.output_bytes
        asked.worker.close()
        assert process.code(0) == -signal.SIGKILL
        assert asked.worker.output.startswith(b"the beginning\nxxx")
        assert len(asked.worker.output) <= 64 * 1024


@CONTAINED
def test_a_daemon_cannot_hold_the_worker_open(start: Start, backend: str) -> None:
    asked = start(backend)
    asked.run(
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(86399)
            os._exit(0)
        """
    )
    with pytest.raises(WorkerStopped, match=r"^ended the Python process \(exit status 3\)"):
        asked.run("import os; os._exit(3)")
    assert asked.worker._process is None
