"""A batch may be stopped at any moment, by anything: the same command goes on and loses nothing."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import pty
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.grading.results import Result, read_result
from autograder.sandbox import bubblewrap

from .conftest import REFERENCE, STUBS, hand_in

KILLS = 20
MARK = "AUTOGRADER_TEST_RUN"
HANGS = 30.0
"""Seconds after which a test gives up waiting; a batch that is stopped takes one at most."""
STOPPED = (
    "Stopped. 1 of 2 submissions have a result, which is kept. The same command grades the rest; "
    "`autograder report graded` makes a report of what is there."
)


ON_A_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Grading:
    """Runs of `autograder grade` on one class, whose processes can be told from all others."""

    def __init__(self, course: Path) -> None:
        self.folder = course.parent
        self.out = self.folder / "graded"
        self.submitted = self.folder / "submitted"
        # All processes but the workers, which begin with an environment of their own, carry it.
        self.environment = {**os.environ, MARK: str(self.folder), "TERM": "xterm"}

    def command(self, *options: str) -> list[str]:
        grade = [sys.executable, "-m", "autograder", "grade", "submitted", "--jobs", "2"]
        return [*grade, "--device", "cpu", *options]

    def run(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, before: Sequence[str] = (), **options: Any) -> subprocess.Popen[str]:
        """A run in a process group of its own, as a shell starts it."""
        usual = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "process_group": 0,
        }
        return subprocess.Popen(
            [*before, *self.command()],
            cwd=self.folder,
            env=self.environment,
            text=True,
            **{**usual, **options},
        )

    def processes(self) -> set[psutil.Process]:
        """All processes of this class's runs: those with the mark, and those below them."""
        found: set[psutil.Process] = set()
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == str(self.folder):
                    found |= {process, *process.children(recursive=True)}
            except psutil.Error:
                continue
        return found

    def are_gone(self, processes: set[psutil.Process]) -> bool:
        """Do none of these run any more, and no others of this class?"""
        return not any(map(_runs, processes | self.processes()))

    def results(self) -> dict[str, dict[str, Any]]:
        """Every `result.json` but for the time it took; each must be whole."""
        found = {}
        for path in self.out.glob("*/result.json"):
            result = json.loads(path.read_text(encoding="utf-8"))
            assert read_result(path.parent) == Result.model_validate(result)
            del result["seconds"]
            found[path.parent.name] = result
        return found

    def grades(self) -> list[list[str]]:
        with (self.out / "grades.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file))

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.out)) for path in self.out.rglob("*"))


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def grading(tiny_course: Path) -> Iterator[Grading]:
    made = Grading(tiny_course)
    yield made
    for process in made.processes():
        process.kill()


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + HANGS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_running_below(batch: psutil.Process, module: str) -> bool:
    """Is there a process that was started with this module's name in its command?"""
    for process in batch.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if module in " ".join(process.cmdline()):
                return True
    return False


def a_worker_runs_below(batch: psutil.Process) -> bool:
    """Is there a process that was forked from a warm one?"""
    for process in batch.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            above = process.parent()
            if above is not None and all(map(_is_warm, (process, above))):
                return True
    return False


def _is_warm(process: psutil.Process) -> bool:
    return "sandbox.zygote" in " ".join(process.cmdline())


@pytest.mark.slow
def test_a_batch_killed_at_any_moment_goes_on_with_the_same_command(grading: Grading) -> None:
    for number, word in enumerate(("Hello", "Bye", "Hello")):
        greet = f'def greet(name):\n    return "{word} " + name  # {number}\n'
        hand_in(grading.submitted, f"a{number}", STUBS | {"greet.py": greet})
    hand_in(grading.submitted, "b", STUBS | {"helper.py": "x = 1\n"})
    (grading.submitted / "c").mkdir()
    (grading.submitted / "c" / "tiny.zip").write_bytes(b"no zip")
    started = time.monotonic()
    assert grading.run().returncode == 0
    whole_run = time.monotonic() - started
    undisturbed, grades, files = grading.results(), grading.grades(), grading.files()
    assert [one["score"] for _, one in sorted(undisturbed.items())] == [2, 0, 2, 0, None]
    moments = random.Random(3)
    shutil.rmtree(grading.out)
    kills = 0
    while kills < KILLS:
        batch = grading.start(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0, whole_run))
        below = set(psutil.Process(batch.pid).children(recursive=True))
        batch.kill()
        if batch.wait() == -signal.SIGKILL:
            kills += 1
            wait_until(lambda below=below: grading.are_gone(below))
            found = grading.results()
            assert found == {student: undisturbed[student] for student in found}
        else:
            # It had got to its end, which is worth a look, too; then all is to do again.
            assert (grading.results(), grading.grades()) == (undisturbed, grades)
            shutil.rmtree(grading.out)
    ran = grading.run()
    assert ran.returncode == 0, ran.stderr
    assert grading.results() == undisturbed
    assert grading.grades() == grades
    assert grading.files() == files


@pytest.fixture
def half_done(grading: Grading) -> Callable[[psutil.Process], bool]:
    """Has this run of a class of two graded one, and is it busy with the other, endless one?"""
    course = grading.folder / "course.yaml"
    limits = "wall_seconds: 600, call_seconds: 600"
    text = course.read_text(encoding="utf-8").replace("wall_seconds: 20, call_seconds: 3", limits)
    course.write_text(text, encoding="utf-8")
    hand_in(grading.submitted, "quick", REFERENCE)
    hand_in(grading.submitted, "endless", STUBS | {"greet.py": "while True:\n    pass\n"})

    def reached(batch: psutil.Process) -> bool:
        done = (grading.out / "quick" / "result.json").exists()
        return done and a_worker_runs_below(batch)

    return reached


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_stops_a_batch_which_says_how_to_go_on(
    grading: Grading, half_done: Callable[[psutil.Process], bool], number: int, code: int
) -> None:
    batch = grading.start()
    wait_until(lambda: half_done(psutil.Process(batch.pid)))
    below = set(psutil.Process(batch.pid).children(recursive=True))
    os.killpg(batch.pid, number)
    time.sleep(0.05)  # so that the next one comes while it is ending
    os.killpg(batch.pid, number)
    said, complained = batch.communicate(timeout=HANGS)
    assert complained == f"{STOPPED}\n"
    assert batch.returncode == code
    assert re.fullmatch(r"Grading 2 .*\n\[1/2\] quick  graded  6\.0 of 6  [0-9.]+ s\n", said)
    assert grading.are_gone(below)
    assert grading.files() == [".class.json", "quick", "quick/result.json"]


def test_ctrl_c_stops_a_batch_that_has_hardly_begun(grading: Grading) -> None:
    hand_in(grading.submitted, "quick", REFERENCE)
    batch = grading.start()
    wait_until(lambda: is_running_below(psutil.Process(batch.pid), "grading.slot_process"))
    below = set(psutil.Process(batch.pid).children(recursive=True))
    os.killpg(batch.pid, signal.SIGINT)
    said, complained = batch.communicate(timeout=HANGS)
    assert complained == f"{STOPPED.replace('1 of 2', '0 of 1')}\n"
    assert batch.returncode == 130
    assert len(said.splitlines()) == 1
    assert grading.are_gone(below)


class Terminal:
    """A terminal with a program on it, and all that the program has shown."""

    def __init__(self, grading: Grading) -> None:
        self.shown = b""
        self._ours, theirs = pty.openpty()
        self.program = grading.start(
            before=[sys.executable, "-c", ON_A_TERMINAL],
            process_group=None,
            **dict.fromkeys(("stdin", "stdout", "stderr"), theirs),
        )
        os.close(theirs)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def type(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def wait(self) -> str:
        """The whole screen, once the program has ended."""
        self.program.wait(timeout=HANGS)
        self._reader.join()
        os.close(self._ours)
        return self.shown.decode()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # what reading ends with on Linux
            while more := os.read(self._ours, 4096):
                self.shown += more


def test_ctrl_c_on_a_terminal(
    grading: Grading, half_done: Callable[[psutil.Process], bool]
) -> None:
    terminal = Terminal(grading)
    wait_until(lambda: half_done(psutil.Process(terminal.program.pid)))
    below = set(psutil.Process(terminal.program.pid).children(recursive=True))
    terminal.type(b"\x03")
    screen = terminal.wait()
    assert terminal.program.returncode == 130
    assert screen.endswith(f"{STOPPED}\r\n")
    assert screen.count("Stopped") == 1
    assert "Traceback" not in screen
    assert grading.are_gone(below)


def test_after_a_stop_the_same_command_goes_on(
    grading: Grading, half_done: Callable[[psutil.Process], bool]
) -> None:
    batch = grading.start()
    wait_until(lambda: half_done(psutil.Process(batch.pid)))
    batch.terminate()
    batch.communicate(timeout=HANGS)
    quick = (grading.out / "quick" / "result.json").read_bytes()
    (grading.submitted / "endless" / "tiny" / "greet.py").write_text(REFERENCE["greet.py"])
    ran = grading.run()
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[1] == "[1/2] quick  kept  6.0 of 6"
    assert "Changed since" not in ran.stdout
    assert (grading.out / "quick" / "result.json").read_bytes() == quick
    assert [row[0] for row in grading.grades()] == ["student", "endless", "quick"]
    assert (grading.out / "quick" / "feedback.html").exists()


FULL_DISK = """
head -c {filler} /dev/zero > graded/filler
"$@"; echo "exit $?"
find graded -name ".*.*"
rm graded/filler
"$@"; echo "exit $?"
cp -r graded {kept}
"""


def test_a_full_disk_is_an_error_message_and_the_same_command_goes_on(grading: Grading) -> None:
    for number in range(4):
        hand_in(grading.submitted, f"s{number}", STUBS)
    grading.out.mkdir()
    kept = grading.folder / "kept"
    on_a_tiny_disk = [
        *(bubblewrap.find() or "bwrap", "--dev-bind", "/", "/"),
        *("--size", str(512 << 10), "--tmpfs", str(grading.out), "--"),
    ]
    tried = subprocess.run([*on_a_tiny_disk, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"no small file system can be made here: {tried.stderr.strip()}")
    # The system's call counts whole pages of 4 kB: four are left, for the class and three results.
    script = FULL_DISK.format(filler=(512 - 16) << 10, kept=kept)
    command = grading.command("--sandbox", "none", "--jobs", "1")
    ran = subprocess.run(
        [*on_a_tiny_disk, "bash", "-c", script, "bash", *command],
        cwd=grading.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    said, complained = ran.stdout.splitlines(), ran.stderr.splitlines()
    assert complained[1:-1] == [
        "graded/s3/result.json: No space left on device; free some space and give the same "
        "command again. 3 of 4 submissions have a result, which is kept."
    ]
    assert said[4:6] == ["exit 2", "graded/.class.json"]
    assert said[7:11] == [
        "[1/4] s0  kept  0.0 of 6",
        "[2/4] s1  kept  0.0 of 6",
        "[3/4] s2  kept  0.0 of 6",
        said[10],
    ]
    assert said[-1] == "exit 0"
    assert len(list(kept.glob("*/feedback.html"))) == 4
