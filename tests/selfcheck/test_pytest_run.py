"""A student types `pytest` in the release folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import release_folder
from .conftest import notebook_json

DOUBLE = "def double(x):\n    return x + x\n"
GREET = "def greet(name):\n    return f'Hello {name}'\n"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return release_folder.make(tmp_path / "tiny")


def self_check(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    done = release_folder.run(folder, "-m", "pytest", *arguments)
    assert done.stderr == ""
    return done.returncode, [line.rstrip() for line in done.stdout.splitlines()]


def summary(lines: list[str]) -> list[str]:
    """The lines from the table to the end."""
    first = next(n for n, line in enumerate(lines) if line.strip(" =") == "Tiny steps")
    return lines[first + 1 :]


def test_an_untouched_release_says_once_that_nothing_was_attempted(release: Path) -> None:
    code, lines = self_check(release)
    text = "\n".join(lines)
    assert code == 1
    assert summary(lines)[:4] == [
        "double     0 of 4    not attempted",
        "greet      0 of 3    not attempted",
        "",
        "0 of 7 points in these checks. Public checks only: 7 of 11 points.",
    ]
    assert "5 not attempted" in lines[-1]
    assert "checks/test_double.py nnn" in text
    for word in ("Traceback", "NotImplementedError", "Error", "FAILURES", "failed"):
        assert word not in text
    assert text.count("not attempted") == 3


def test_work_that_is_done_gets_its_points(release: Path) -> None:
    (release / "double.py").write_text(DOUBLE)
    (release / "greet.ipynb").write_text(
        notebook_json("import nowhere", GREET, "greet(1 / 0)"), encoding="utf-8"
    )
    code, lines = self_check(release)
    assert code == 0
    assert summary(lines) == [
        "double     4 of 4    all passed",
        "greet      2 of 2    all passed",
        "",
        "6 of 6 points in these checks. Public checks only: 7 of 11 points.",
        "The hidden checks will also look at:",
        "  double (1 hidden point)",
        "    - Large numbers are doubled.",
        "  both (3 hidden points)",
        "    - Both work.",
        "",
        lines[-1],
    ]
    assert "4 passed, 1 skipped" in lines[-1]


def test_one_part_can_be_checked_alone(release: Path) -> None:
    (release / "double.py").write_text(DOUBLE)
    code, lines = self_check(release, "-k", "double")
    assert code == 0
    assert summary(lines)[:3] == [
        "double     4 of 4    all passed",
        "",
        "4 of 4 points in these checks. Public checks only: 7 of 11 points.",
    ]
    code, lines = self_check(release, "-k", "test_one")
    assert summary(lines)[0] == "double     2 of 2    all passed"


def test_a_failure_names_expectation_finding_and_hint(release: Path) -> None:
    (release / "double.py").write_text("def double(x):\n    return x * 3\n")
    code, lines = self_check(release, "-k", "double")
    assert code == 1
    first = lines.index("One number is doubled.")
    assert lines[first : first + 4] == [
        "One number is doubled.",
        "  expected  twice 3: 6",
        "  found     9",
        "  hint      Think of x + x.",
    ]
    assert summary(lines)[0] == "double   0.5 of 4    1 passed, 2 failed"


def test_an_empty_file_is_told_of_instead_of_what_is_not_in_it(release: Path) -> None:
    (release / "double.py").write_text("\n")
    (release / "greet.py").write_text(GREET)
    code, lines = self_check(release)
    assert code == 1
    first = lines.index("One number is doubled.")
    assert lines[first + 1].startswith(
        "  double.py holds no code: nothing in it can be checked. Did"
    )
    assert "checks/test_double.py FFF" in "\n".join(lines)
    assert summary(lines)[0] == "double     0 of 4    3 failed"
    assert "3 failed, 1 passed" in lines[-1]
    assert "rror" not in "\n".join(lines)


def test_an_error_shows_the_lines_of_the_student_only(release: Path) -> None:
    (release / "double.py").write_text("import json\n\ndef double(x):\n    return json.loads(x)\n")
    code, lines = self_check(release, "-k", "test_one")
    assert code == 1
    first = lines.index("One number is doubled.")
    assert lines[first : first + 5] == [
        "One number is doubled.",
        "  TypeError: the JSON object must be str, bytes or bytearray, not int",
        "    double.py:4 in double",
        "        return json.loads(x)",
        "  hint      Think of x + x.",
    ]
    assert not [line for line in lines if "probes.py" in line or "json/__init__" in line]
    assert summary(lines)[0] == "double     0 of 2    1 stopped by an error"


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("double.py", "def double(x:\n", "SyntaxError: double.py:1: '(' was never closed"),
        ("double.py", "x = 1", "AttributeError: module 'double' has no attribute 'double'"),
        ("double.py", "import nowhere\n" + DOUBLE, "No module named 'nowhere'"),
        ("double.py", "exit()\n", "SystemExit"),
        ("double.ipynb", "[]", "ValueError: double.ipynb: expected a Jupyter notebook, found"),
        ("double.ipynb", notebook_json("def double(x:"), "double.ipynb[cell 1]:1: '(' was never"),
    ],
)
def test_a_module_that_cannot_be_imported_is_told(
    release: Path, name: str, source: str, words: str
) -> None:
    (release / name).write_text(source)
    (release / "greet.py").write_text(GREET)
    code, lines = self_check(release)
    assert code == 1
    assert [line for line in lines if words in line]
    assert summary(lines)[1] == "greet      2 of 2    all passed"


def test_a_stub_that_was_only_looked_at_is_still_not_attempted(release: Path) -> None:
    stub = (release / "double.py").read_text()
    (release / "double.py").write_text(stub + "\n# my notes\n")
    code, lines = self_check(release, "-k", "double")
    assert code == 1
    assert summary(lines)[0] == "double     0 of 4    not attempted"
    assert "NotImplementedError" not in "\n".join(lines)


def test_where_both_files_were_changed_it_is_said(release: Path) -> None:
    (release / "double.py").write_text(DOUBLE)
    (release / "double.ipynb").write_text(notebook_json("def double(x): return 0"))
    lines = self_check(release, "-k", "double")[1]
    assert summary(lines)[0] == "Both double.py and double.ipynb were changed: double.py counts."


def test_helpers_replace_nothing_and_the_kit_is_not_needed(release: Path) -> None:
    planted = "raise RuntimeError('planted')\n"
    for name in ("colorsys.py", "statistics.py", "safetensors.py", "pydantic.py"):
        (release / name).write_text(planted)
    (release / "helper.py").write_text("import sys, colorsys, statistics\nN = 2\n")
    (release / "double.py").write_text(
        "import helper, sys\nassert not {'autograder', 'hypothesis', 'rich'} & sys.modules.keys()\n"
        "def double(x): return helper.N * x\n"
    )
    assert self_check(release, "-k", "double")[0] == 0


def test_a_script_may_hold_its_own_check(release: Path) -> None:
    (release / "double.py").write_text(DOUBLE + "from selfcheck import check\ncheck('double')\n")
    code, lines = self_check(release, "-k", "double")
    assert code == 0
    assert summary(lines)[0] == "double     4 of 4    all passed"


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("def test_x(): 'T.'", "test_greet.py:1: test_x: expected @pytest.mark.points(number)"),
        (
            "import pytest\n@pytest.mark.points(1)\ndef test_x(): pass",
            "test_greet.py:2: test_x: expected a docstring that says what is checked",
        ),
    ],
)
def test_a_check_that_says_too_little_of_itself_is_refused(
    release: Path, check: str, words: str
) -> None:
    (release / "checks" / "test_greet.py").write_text(check)
    done = release_folder.run(release, "-m", "pytest")
    assert done.returncode == pytest.ExitCode.INTERNAL_ERROR
    assert words in done.stdout + done.stderr


def test_the_challenge_data_is_the_same_each_time(release: Path) -> None:
    (release / "checks" / "test_greet.py").write_text(
        "import pytest, torch\n\n@pytest.mark.points(1)\ndef test_x(rng):\n    'T.'\n"
        "    print('DRAWN', torch.randint(10**6, (3,), generator=rng).tolist())\n"
    )
    (release / "greet.py").write_text(GREET)
    drawn = [
        [line for line in self_check(release, "-s", "-k", "greet")[1] if "DRAWN" in line]
        for _ in range(2)
    ]
    assert drawn[0] == drawn[1] != []
