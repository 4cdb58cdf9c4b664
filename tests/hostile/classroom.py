"""A class in which nearly everybody attacks, graded as a grading service would: in one go.

An attack is a file or a folder in `attacks/<family>/`. What it tries and what it must end with
stands in comments at its top:

    # Tries to: leave before the checks count.
    # Earns: double 0, greet 2

Other lines say `# Module: total` where the file isn't `double.py`, `# Says: …` for words that a
message of the attacked part must have, and `# Status: rejected` where nothing may be graded.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.selfcheck.attempt import digest

HERE = Path(__file__).parent
ATTACKS = HERE / "attacks"
COURSE = HERE / "course"
ASSIGNMENT = "steps"
KEY = "5ec2e7" + "0" * 58
REFERENCE = {
    "double.py": "def double(number):\n    return 2 * number\n",
    "greet.py": 'def greet(name):\n    return f"Hello {name}"\n',
    "total.py": "def total(numbers):\n    return numbers.sum()\n",
}
MAXIMUM = {"double": 3.0, "greet": 2.0, "total": 4.0}
_LINE = re.compile(r"^# (Tries to|Earns|Module|Says|Status): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Attack:
    """One hostile submission and what it may earn at most."""

    path: Path

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}-{self.path.stem}"

    @property
    def family(self) -> str:
        return self.path.parent.name

    @property
    def earns(self) -> dict[str, float]:
        pairs = (pair.split() for pair in self._notes["Earns"].split(","))
        return {part: float(points) for part, points in pairs}

    @property
    def module(self) -> str:
        return self._notes.get("Module", "double")

    @property
    def says(self) -> str:
        return self._notes.get("Says", "")

    @property
    def status(self) -> str:
        return self._notes.get("Status", "graded")

    def files(self, places: Mapping[str, str]) -> dict[str, bytes]:
        """The files to hand in; `@name@` in them stands for a place that the attack aims at."""
        if self.path.is_dir():
            inside = [path for path in self.path.rglob("*") if path.is_file()]
            names = {path: path.relative_to(self.path).as_posix() for path in inside}
            # A name that the repository refuses for good reasons has an ending more here.
            found = {
                name.removesuffix(".planted"): path.read_bytes() for path, name in names.items()
            }
        else:
            found = {f"{self.module}.py": self.path.read_bytes()}
        for name, place in places.items():
            mark = f"@{name}@".encode()
            found = {file: data.replace(mark, place.encode()) for file, data in found.items()}
        return {"greet.py": REFERENCE["greet.py"].encode(), **found}

    @cached_property
    def _notes(self) -> dict[str, str]:
        first = self.path / f"{self.path.stem}.md" if self.path.is_dir() else self.path
        return dict(_LINE.findall(first.read_text(encoding="utf-8")))


def all_attacks() -> list[Attack]:
    families = [folder for folder in ATTACKS.iterdir() if folder.is_dir()]
    return sorted(
        (
            Attack(path)
            for family in families
            if family.name != "__pycache__"
            for path in family.iterdir()
            if path.name != "__pycache__"
        ),
        key=lambda attack: attack.name,
    )


@dataclass
class Room:
    """How a class is graded: the backend, and the user that the grader runs as (None: this one).

    Workers are forked from a warm process unless `cold`. Some rooms leave out families that depend
    neither on who the grader is nor on how a worker starts, and take of the others every so many.
    """

    backend: str
    cold: bool = False
    user: int | None = None
    left_out: tuple[str, ...] = ()
    every: int = 1


def attacks_in(room: Room) -> list[Attack]:
    """The attacks that are handed in there; of each family at least one, unless it is left out."""
    found = [attack for attack in all_attacks() if attack.family not in room.left_out]
    families = {attack.family for attack in found}
    some = {
        attack
        for family in families
        for attack in [one for one in found if one.family == family][:: room.every]
    }
    return [attack for attack in found if attack in some]


@dataclass
class Graded:
    """A class after its grading: what the command said, and what it wrote."""

    code: int
    said: str
    room: Room
    out: Path
    outside: Path
    scratch: Path
    connections: list[str] = field(default_factory=list)
    left_running: list[str] = field(default_factory=list)

    def result(self, student: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out / student / "result.json").read_text())
        return found

    def written_for(self, student: str) -> str:
        """Everything that the grading wrote for a student."""
        files = [path for path in (self.out / student).rglob("*") if path.is_file()]
        return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def make_course(folder: Path) -> Path:
    """The course with its release, and with canaries where no submission may look."""
    shutil.copytree(COURSE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    manifest = {
        "assignment": ASSIGNMENT,
        "title": "Small steps",
        "settings": {},
        "modules": list(MAXIMUM),
        "stubs": {name: digest(name, b"# still to be written\n") for name in REFERENCE},
        "parts": [],
    }
    place = folder / "release" / ASSIGNMENT / "selfcheck" / "manifest.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(manifest), encoding="utf-8")
    solutions = folder / "solutions" / ASSIGNMENT
    solutions.mkdir(parents=True)
    for name, text in REFERENCE.items():
        (solutions / name).write_text(f"# canary-in-the-solutions\n{text}", encoding="utf-8")
    return folder / "course.yaml"


def hand_in(submissions: Path, student: str, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = submissions / student / ASSIGNMENT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def grade(course: Path, submissions: Path, out: Path, scratch: Path, room: Room) -> tuple[int, str]:
    """Run the command; its exit code and what it said."""
    environment = {
        **os.environ,
        "AUTOGRADER_KEY": KEY,
        "TMPDIR": str(scratch),
        "HOME": str(course.parent),
        "SECRET_OF_THE_GRADER": "canary-in-the-environment",
    }
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "autograder", "grade", str(submissions)),
            *("--course", str(course), "--out", str(out), "--device", "cpu"),
            *("--sandbox", room.backend, "--jobs", "2", *(["--cold"] if room.cold else [])),
        ],
        cwd=course.parent,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        user=room.user,
        group=room.user,
        extra_groups=None if room.user is None else [],
    )
    return ran.returncode, ran.stdout


def give_to(folder: Path, user: int | None) -> None:
    """Let `user` own everything in `folder`, and nobody else look at it."""
    for path in (folder, *folder.rglob("*")):
        if user is not None:
            os.chown(path, user, user, follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)
