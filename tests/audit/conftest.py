"""A course so small that auditing it takes a moment: doubling numbers, greeting, without torch."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from autograder import course as courses
from autograder.course import Assignment
from autograder.selfcheck.attempt import digest

COURSE = """
title: Tiny course
repository: example/tiny
assignments:
  tiny:
    title: Tiny steps
    due: 2027-03-01 23:59 Europe/Berlin
    data: mnist
    settings: {factor: 2}
    modules: [double, greet]
    parts:
      - {name: double, title: Doubling, points: 3, modules: [double]}
      - {name: greet, title: Greeting, points: 2, modules: [greet]}
      - {name: both, title: Both, points: 1, modules: [double, greet]}
    limits: {wall_seconds: 20, call_seconds: 3, memory_mb: 2048, submission_mb: 1, files: 20}
"""

FILES = {
    "README.md": "# Tiny steps\n",
    "requirements.txt": "pytest\n",
    "schema.py": """
        from pydantic import BaseModel, ConfigDict


        class Settings(BaseModel):
            model_config = ConfigDict(frozen=True, extra="forbid")

            factor: int
        """,
    "double.py": '''
        """Doubling."""


        def double(number: int, factor: int = 2) -> int:
            """Twice the number."""
            ### BEGIN SOLUTION
            return factor * number
            ### END SOLUTION
        ''',
    "greet.py": '''
        """Greeting."""


        def greet(name: str, title: str = "") -> str:
            """Hello to somebody."""
            ### BEGIN SOLUTION
            whole = f"{title} {name}" if title else name
            return f"Hello {whole}"
            ### END SOLUTION
        ''',
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
            expect.equal(probe(doubled, numbers=[1, 3]), [2, 6], what="the doubled numbers")


        @pytest.mark.points(1)
        @pytest.mark.hint("Nothing is nothing.")
        def test_nothing(probe, expect):
            \"\"\"Twice nothing is nothing.\"\"\"
            expect.equal(probe(doubled, numbers=[]), [])
        """,
    "checks/test_greet.py": """
        import pytest
        from probes import greeting


        @pytest.mark.points(2)
        @pytest.mark.hint("Hello.")
        def test_name(probe, expect):
            \"\"\"The greeting holds the name.\"\"\"
            expect.equal(probe(greeting, name="Ada"), "Hello Ada")
        """,
    "checks/test_both.py": """
        import pytest
        from probes import both


        @pytest.mark.points(1)
        @pytest.mark.hint("Both.")
        def test_together(probe, expect):
            \"\"\"Both work together.\"\"\"
            expect.equal(probe(both, numbers=[4], name="Bo"), [8, "Hello Bo"])
        """,
    "wheats/double/added.py": """
        def double(number, factor=2):
            return sum([number] * factor)
        """,
    "mutants/shouts.patch": """
        Thinks that a greeting is loud.
        costs: 2
        --- greet.py
        +++ greet.py
        @@ -7,3 +7,3 @@
             whole = f"{title} {name}" if title else name
        -    return f"Hello {whole}"
        +    return f"HELLO {whole}"
        """,
}
STUBS = {
    "double.py": 'def double(number):\n    raise NotImplementedError("double")\n',
    "greet.py": 'def greet(name):\n    raise NotImplementedError("greet")\n',
}
MANIFEST = {
    "assignment": "tiny",
    "title": "Tiny steps",
    "settings": {"factor": 2},
    "modules": ["double", "greet"],
    "stubs": {name: digest(name, text.encode()) for name, text in STUBS.items()},
    "parts": [],
}
Write = Callable[[str, str], Path]


@pytest.fixture
def course_file(tmp_path: Path) -> Path:
    """The course file of the tiny course, with its source and its released manifest."""
    root = tmp_path / "course"
    for name, text in FILES.items():
        path = root / "source" / "tiny" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    manifest = root / "release" / "tiny" / "selfcheck" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps(MANIFEST), encoding="utf-8")
    (root / "course.yaml").write_text(COURSE, encoding="utf-8")
    return root / "course.yaml"


@pytest.fixture
def tiny(course_file: Path, monkeypatch: pytest.MonkeyPatch) -> Assignment:
    """The tiny assignment; paths in errors begin in its course's folder."""
    monkeypatch.chdir(course_file.parent)
    return courses.load(course_file).assignments["tiny"]


@pytest.fixture
def write(tiny: Assignment) -> Write:
    """Writes a file of the tiny assignment."""

    def write_file(name: str, text: str) -> Path:
        path = tiny.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    return write_file
