"""A release so small that a self-check of it takes a moment: doubling, greeting, and both."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

from autograder import selfcheck
from autograder.authoring.generated import CONFTEST, PYTEST_INI
from autograder.selfcheck.attempt import digest_of

from .conftest import notebook_json

FILES = {
    "double.py": '''
        def double(x):
            """Twice x."""
            raise NotImplementedError("double: still to be written")
    ''',
    "greet.py": '''
        def greet(name):
            """A greeting."""
            raise NotImplementedError("greet: still to be written")
    ''',
    "probes.py": """
        def doubled(student, x):
            double = student.double.double
            return {"one": double(x[0]), "all": [double(number) for number in x]}

        def greeting(student, name):
            return student.greet.greet(name)

        def spoiled(student, numbers):
            numbers.clear()
            return numbers
    """,
    "checks/test_double.py": '''
        import pytest
        from probes import doubled, spoiled

        @pytest.mark.points(2)
        @pytest.mark.hint("Think of x + x.")
        def test_one(probe, expect):
            """One number is doubled."""
            expect.equal(probe(doubled, x=(3,))["one"], 6, what="twice 3")

        @pytest.mark.points(1.5)
        def test_several(probe, expect, settings):
            """Several numbers are doubled.

            More about it.
            """
            expect.equal(probe(doubled, x=[0, 1])["all"], [0, settings.factor])

        @pytest.mark.points(0.5)
        def test_arguments_are_copies(probe, device):
            """A probe can't spoil what a check compares with."""
            numbers = [1, 2]
            if double_is_written(probe):
                assert probe(spoiled, numbers=numbers) == []
            assert numbers == [1, 2] and device == "cpu"

        def double_is_written(probe):
            return probe(doubled, x=[1])
    ''',
    "checks/test_greet.py": '''
        import pytest
        from probes import greeting

        @pytest.mark.points(2)
        def test_name(probe):
            """The name is in the greeting."""
            assert "Ada" in probe(greeting, name="Ada")

        @pytest.mark.points(1)
        def test_here(probe):
            """Something that can't be checked here."""
            pytest.skip("there is no GPU")
    ''',
}
CHECKS = {
    "double": [
        ("one", "One number is doubled.", 2.0, True),
        ("several", "Several numbers are doubled.", 1.5, True),
        ("arguments_are_copies", "A probe can't spoil what a check compares with.", 0.5, True),
        ("large", "Large numbers are doubled.", 1.0, False),
    ],
    "greet": [
        ("name", "The name is in the greeting.", 2.0, True),
        ("here", "Something that can't be checked here.", 1.0, True),
    ],
    "both": [("works", "Both work.", 3.0, False)],
}


def make(folder: Path) -> Path:
    """Write the release into `folder`, as it is handed out."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    for module in ("double", "greet"):
        cells = ["#: # Exercise", "%matplotlib inline", dedent(FILES[f"{module}.py"])]
        cells.append(f"from selfcheck import check\ncheck({module!r})")
        (folder / f"{module}.ipynb").write_text(notebook_json(*cells), encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text(PYTEST_INI)
    package = Path(selfcheck.__file__).parent
    shutil.copytree(package, folder / "selfcheck", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "selfcheck" / "manifest.json").write_text(json.dumps(manifest(folder)))
    return folder


def manifest(folder: Path) -> dict[str, Any]:
    names = [f"{module}.{kind}" for module in ("double", "greet") for kind in ("py", "ipynb")]
    return {
        "assignment": "tiny",
        "title": "Tiny steps",
        "settings": {"factor": 2},
        "modules": ["double", "greet"],
        "stubs": {name: digest_of(folder / name) for name in names},
        "parts": [
            {
                "name": part,
                "title": part.title(),
                "points": sum(points for _, _, points, _ in checks),
                "modules": ["double", "greet"] if part == "both" else [part],
                "checks": [
                    {"id": f"{part}::{name}", "title": title, "points": points, "visible": visible}
                    for name, title, points, visible in checks
                ],
            }
            for part, checks in CHECKS.items()
        ],
    }


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the folder as a student does, with no plugin but pytest's own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    own |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "80", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=folder,
        env=own,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
