"""A course so small that grading it takes a moment, without torch: doubling a number, greeting."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from autograder.selfcheck.attempt import digest

COURSE = """
title: Tiny course
repository: example/tiny
key:
  file: {key}
assignments:
  tiny:
    title: Tiny steps
    due: 2027-03-01 23:59 Europe/Berlin
    data: mnist
    settings: {{factor: 2}}
    modules: [double, greet]
    parts:
      - {{name: double, title: Doubling, points: 3, modules: [double]}}
      - {{name: greet, title: Greeting, points: 2, modules: [greet]}}
      - {{name: both, title: Both, points: 1, modules: [double, greet]}}
    limits: {{wall_seconds: 20, call_seconds: 3, memory_mb: 2048, submission_mb: 1, files: 20}}
"""

FILES = {
    "schema.py": """
        from pydantic import BaseModel, ConfigDict


        class Settings(BaseModel):
            model_config = ConfigDict(frozen=True, extra="forbid")

            factor: int
        """,
    "probes.py": """
        # %% part="double"


        def doubled(student, numbers):
            return [student.double.double(number) for number in numbers]


        # %% part="greet"


        def greeting(student, name):
            return student.greet.greet(name)


        # %% part="both"


        def both(student, numbers, name):
            return [student.double.double(numbers[0]), student.greet.greet(name)]
        """,
    "checks/test_double.py": """
        import pytest
        from probes import doubled


        @pytest.mark.points(2)
        @pytest.mark.hint("Twice is once and once again.")
        def test_small(probe, expect):
            \"\"\"Small numbers are doubled.\"\"\"
            expect.equal(probe(doubled, numbers=[1, 2]), [2, 4], what="the doubled numbers")


        ### BEGIN HIDDEN TESTS
        @pytest.mark.points(1)
        def test_any(probe, expect):
            \"\"\"Any number is doubled.\"\"\"
            expect.equal(probe(doubled, numbers=[271_828]), [543_656])
        ### END HIDDEN TESTS
        """,
    "checks/test_greet.py": """
        import pytest
        from probes import greeting


        @pytest.mark.points(2)
        def test_name(probe, expect):
            \"\"\"The greeting holds the name.\"\"\"
            expect.equal(probe(greeting, name="Ada"), "Hello Ada")
        """,
    "checks/test_both.py": """
        ### BEGIN HIDDEN TESTS
        import pytest
        from probes import both


        @pytest.mark.points(1)
        def test_together(probe, expect, record):
            \"\"\"Both work together.\"\"\"
            expect.equal(probe(both, numbers=[4], name="Bo"), [8, "Hello Bo"])
            record("held_out", 1.0)
        ### END HIDDEN TESTS
        """,
}

STUBS = {
    "double.py": 'def double(x):\n    raise NotImplementedError("double: still to be written")\n',
    "greet.py": 'def greet(name):\n    raise NotImplementedError("greet: still to be written")\n',
}

REFERENCE = {
    "double.py": "def double(x):\n    return 2 * x\n",
    "greet.py": 'def greet(name):\n    return f"Hello {name}"\n',
}


@pytest.fixture
def tiny_course(tmp_path: Path) -> Iterator[Path]:
    """The course file of the tiny course, with its source and its released manifest."""
    root = tmp_path / "course"
    for name, text in FILES.items():
        path = root / "source" / "tiny" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    manifest = root / "release" / "tiny" / "selfcheck" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps(MANIFEST), encoding="utf-8")
    course = root / "course.yaml"
    course.write_text(COURSE.format(key=tmp_path / "tiny.key"), encoding="utf-8")
    yield course
    # Who graded in this process has imported its checks, which another course has, too.
    for name in FILES:
        sys.modules.pop(Path(name).stem, None)


MANIFEST = {
    "assignment": "tiny",
    "title": "Tiny steps",
    "settings": {"factor": 2},
    "modules": ["double", "greet"],
    "stubs": {name: digest(name, text.encode()) for name, text in STUBS.items()},
    "parts": [],
}


def hand_in(submissions: Path, student: str, files: dict[str, str]) -> None:
    """Put a submission where `grade` looks for it."""
    folder = submissions / student / "tiny"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


ODD_GRADER = """
    import ctypes
    import os
    import pathlib
    import sys
    import time

    from autograder.grading.results import Result, Status


    class Plan:
        assignment = "odd"
        backend = "none"
        seconds = 60.0
        starts = True
        images_file = None
        ready_after = 0.0

        def grader(self):
            if not self.starts:
                raise RuntimeError("the course file has gone")
            time.sleep(self.ready_after)
            return Grader()


    class Grader:
        def begin(self):
            pass

        close = wait_until_warm = begin

        def in_session(self, work):
            return work()

        def grade(self, handed_in, spare_core=False):
            log = "" if handed_in.student == "quiet" else "a log\\x1b[31m"
            return getattr(self, handed_in.student)(), log

        def well(self, student="well", **more):
            return Result(
                student=student,
                assignment="odd",
                status=Status.GRADED,
                score=1.0,
                max_score=1.0,
                **more,
            )

        def quiet(self):
            return self.well("quiet")

        def threads(self):
            return self.well("threads", notes=(os.environ["OMP_NUM_THREADS"],))

        def parent(self):
            return self.well("parent", notes=(str(os.getppid()),))

        def raises(self):
            raise MemoryError("all of it")

        def exits(self):
            sys.exit("enough")

        def nonsense(self):
            return "no result"

        def unwritable(self):
            return self.well("unwritable").model_copy(update={"notes": ("\\ud800",)})

        def dies(self):
            print("last words", flush=True)
            os._exit(3)

        def dies_once(self):
            if pathlib.Path(__file__).with_name("died").exists():
                return self.well("dies_once")
            pathlib.Path(__file__).with_name("died").touch()
            os._exit(3)

        def crashes(self):
            ctypes.string_at(0)

        def hangs(self):
            time.sleep(1000)
    """


@pytest.fixture
def odd_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A plan whose grader does what the student's name says."""
    (tmp_path / "odd_grader.py").write_text(dedent(ODD_GRADER))
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("odd_grader").Plan()
    monkeypatch.delitem(sys.modules, "odd_grader")
