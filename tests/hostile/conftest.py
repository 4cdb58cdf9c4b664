"""Grades the hostile class once for each way to contain it, for all tests to look at."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from autograder.sandbox import bubblewrap
from autograder.sandbox.users import LOCKS, NUMBERS

from ..reachable import uid_problem
from . import classroom
from .classroom import Graded, Room
from .parcels import PARCELS

collect_ignore = ["attacks", "course"]
ORDINARY = 57_990
"""A user without rights, who grades with bubblewrap where the tests run as root."""
_ALIKE = ("forging", "planted")
"""What depends neither on who the grader is nor on how a worker starts. Of the rest, the last rooms
see some: all attacks are made in the first two, and `tests/sandbox` looks at each wall in all ways.
"""
HONEST = ("honest-first", "m-honest-middle", "z-honest-last")


def _rooms() -> list[object]:
    no_namespaces = bubblewrap.problem()
    no_users = uid_problem()
    rooms = [
        ("bubblewrap", Room("bubblewrap"), no_namespaces),
        ("uid", Room("uid"), no_users),
        ("bubblewrap-cold", Room("bubblewrap", cold=True, left_out=_ALIKE, every=3), no_namespaces),
        ("uid-cold", Room("uid", cold=True, left_out=(*_ALIKE, "harm"), every=3), no_users),
    ]
    if os.geteuid() == 0:
        ordinary = Room("bubblewrap", user=ORDINARY, left_out=_ALIKE, every=2)
        rooms.append(("bubblewrap-as-a-user", ordinary, no_namespaces or no_users))
    return [
        pytest.param(
            room,
            id=name,
            marks=pytest.mark.skipif(problem is not None, reason=f"{name}: {problem}"),
        )
        for name, room, problem in rooms
    ]


@pytest.fixture(scope="module", params=_rooms())
def graded(request: pytest.FixtureRequest) -> Iterator[Graded]:
    """The hostile class, graded."""
    room: Room = request.param
    with ExitStack() as stack:
        base = Path(tempfile.mkdtemp(prefix="hostile-"))
        stack.callback(shutil.rmtree, base, ignore_errors=True)
        base.chmod(0o711)
        outside, scratch, hidden = base / "outside", base / "scratch", base / "hidden"
        for folder in (outside, scratch, hidden):
            folder.mkdir()
        outside.chmod(0o777)
        (outside / "canary.txt").write_text("canary-outside", encoding="utf-8")
        (outside / "canary.txt").chmod(0o666)
        scratch.chmod(0o711)
        bystander = stack.enter_context(_bystander())
        doors = stack.enter_context(_doors())
        course = classroom.make_course(hidden / "course")
        places = {
            "outside": str(outside),
            "scratch": str(scratch),
            "hidden": str(hidden),
            "bystander": str(bystander.pid),
            "port": str(doors.port),
            "door": doors.name,
        }
        submissions = hidden / "submitted"
        for student in HONEST:
            files = {name: text.encode() for name, text in classroom.REFERENCE.items()}
            files["notes.txt"] = b"canary-of-a-classmate"
            classroom.hand_in(submissions, student, files)
        for attack in classroom.attacks_in(room):
            classroom.hand_in(submissions, attack.name, attack.files(places))
        for parcel in PARCELS:
            parcel.pack(submissions / f"parcel-{parcel.name}" / classroom.ASSIGNMENT, hidden)
        if room.user is not None:
            os.chown(scratch, room.user, room.user)
        classroom.give_to(hidden, room.user)
        out = hidden / "graded"
        before = _others()
        code, said = classroom.grade(course, submissions, out, scratch, room)
        yield Graded(
            code=code,
            said=said,
            room=room,
            out=out,
            outside=outside,
            scratch=scratch,
            connections=doors.opened,
            left_running=[*_left(before, str(base)), *_died(bystander)],
        )


def is_nobodys(user: int) -> bool:
    """Is this a throw-away user that no grader uses at the moment, also none of another test's?"""
    if user not in NUMBERS:
        return False
    try:
        with (LOCKS / str(user)).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except (BlockingIOError, PermissionError):
        return False
    return True


def _others() -> set[int]:
    return {process.pid for process in psutil.process_iter()}


def _left(before: set[int], base: str) -> list[str]:
    """Processes that a submission or the grading of it left behind."""
    left = []
    for process in psutil.process_iter():
        try:
            command, user = " ".join(process.cmdline()), process.uids().real
            gone = process.pid in before or process.status() == psutil.STATUS_ZOMBIE
        except psutil.Error:
            continue
        strange = user == ORDINARY or is_nobodys(user) or "8642" in command or base in command
        if not gone and strange:
            left.append(f"{user}: {command}")
    return left


@contextmanager
def _bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that no submission may signal."""
    process = subprocess.Popen(["sleep", "600"], user=None)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _died(bystander: subprocess.Popen[bytes]) -> list[str]:
    return [] if bystander.poll() is None else ["the bystander was killed"]


class _Doors:
    """A port and a nameless socket at which no submission may knock."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.name = f"door-{os.getpid()}"
        self._port = socket.create_server(("127.0.0.1", 0))
        self._local = socket.socket(socket.AF_UNIX)
        self._local.bind(f"\0{self.name}")
        self._local.listen()
        self.port = self._port.getsockname()[1]
        for door, what in ((self._port, "a port"), (self._local, "a local socket")):
            threading.Thread(target=self._wait, args=(door, what), daemon=True).start()

    def _wait(self, door: socket.socket, what: str) -> None:
        try:
            while True:
                visitor, _ = door.accept()
                visitor.close()
                self.opened.append(what)
        except OSError:
            return

    def close(self) -> None:
        for door in (self._port, self._local):
            door.shutdown(socket.SHUT_RDWR)
            door.close()


@contextmanager
def _doors() -> Iterator[_Doors]:
    doors = _Doors()
    try:
        yield doors
    finally:
        doors.close()
