"""`check("part")` in the last cell of a notebook, or anywhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from autograder.selfcheck import until_written

from . import release_folder
from .conftest import notebook_json

DOUBLE = "def double(x):\n    return x + x\n"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return release_folder.make(tmp_path / "tiny")


def run(folder: Path, code: str) -> tuple[Any, list[str]]:
    """The value of the last line of `code`, and what was printed."""
    *lines, last = code.splitlines()
    program = "\n".join(
        ["import sys; sys.path.insert(0, '')", *lines, f"print(repr({last}))"]
    )  # fmt: skip
    done = release_folder.run(folder, "-c", program)
    assert done.stderr == ""
    *printed, value = done.stdout.splitlines()
    return json.loads(value), printed


CHECK = "from selfcheck import check\ncheck('double')"


class TestCheck:
    def test_the_value_is_the_points_as_a_float(self, release: Path) -> None:
        (release / "double.py").write_text(DOUBLE)
        assert run(release, CHECK) == (
            4.0,
            [
                "passed  One number is doubled.",
                "passed  Several numbers are doubled.",
                "passed  A probe can't spoil what a check compares with.",
                "double: 4 of 4 points in the public checks",
            ],
        )

    def test_a_part_that_is_unwritten_is_said_once(self, release: Path) -> None:
        assert run(release, CHECK) == (
            0.0,
            [
                "double: not attempted yet; write your code in double.py or double.ipynb",
                "double: 0 of 4 points in the public checks",
            ],
        )

    def test_what_failed_is_shown(self, release: Path) -> None:
        (release / "double.ipynb").write_text(notebook_json("def double(x):\n    return 5"))
        value, printed = run(release, CHECK)
        assert value == 0.5
        assert printed[:4] == [
            "failed  One number is doubled.",
            "  expected  twice 3: 6",
            "  found     5",
            "  hint      Think of x + x.",
        ]

    def test_again_after_an_edit(self, release: Path) -> None:
        code = f"""
from pathlib import Path
from selfcheck import check
Path('double.py').write_text('from helper import double')
Path('helper.py').write_text('def double(x): return 6')
first = check('double')
Path('helper.py').write_text({DOUBLE!r})
[first, check('double')]"""
        assert run(release, code)[0] == [2.5, 4.0]

    def test_a_part_without_public_checks(self, release: Path) -> None:
        assert run(release, "from selfcheck import check\ncheck('both')") == (
            0.0,
            ["both: all checks of this part are hidden; they run when your work is graded"],
        )

    def test_a_part_that_does_not_exist(self, release: Path) -> None:
        done = release_folder.run(release, "-c", "import sys; sys.path.insert(0, '')\n" + "from "
                                  "selfcheck import check; check('dooble')")  # fmt: skip
        assert "no part is called 'dooble'; there are double, greet, both" in done.stderr

    def test_checks_that_cannot_run_are_no_zero(self, release: Path) -> None:
        (release / "checks" / "test_double.py").write_text("import nowhere")
        done = release_folder.run(
            release, "-c", f"import sys; sys.path.insert(0, '')\n{CHECK}"
        )  # fmt: skip
        assert "RuntimeError: double: the checks could not be run; type `pytest`" in done.stderr

    def test_options_of_the_student_are_no_hindrance(self, release: Path) -> None:
        (release / "pytest.ini").write_text("[pytest]\naddopts = -q --tb=short --color=yes\n")
        (release / "double.py").write_text(DOUBLE)
        assert run(release, CHECK)[0] == 4.0

    def test_what_the_student_prints_is_not_shown(self, release: Path) -> None:
        (release / "double.py").write_text(f"print('hello')\n{DOUBLE}    print(x)\n")
        assert len(run(release, CHECK)[1]) == 4


def test_the_modules_of_a_student_are_at_hand(release: Path) -> None:
    (release / "double.ipynb").write_text(notebook_json(DOUBLE))
    assert run(release, "from selfcheck import student\nstudent().double.double(4)")[0] == 8


def test_cells_wait_until_an_exercise_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    with until_written():
        raise NotImplementedError("model: still to be written")
    assert capsys.readouterr().out == (
        "Not written yet (model: still to be written). Come back to this cell afterwards.\n"
    )
    with until_written():
        print("shown")
    assert capsys.readouterr().out == "shown\n"
    with pytest.raises(ValueError, match="other"), until_written():
        raise ValueError("other")


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The cells of a notebook that was run from top to bottom in the release folder."""
    folder = release_folder.make(tmp_path_factory.mktemp("live") / "tiny")
    (folder / "greet.py").write_text("def greet(name): return 'Hello ' + name")
    check = "from selfcheck import check\ncheck('double')"
    cells = [
        "def double(x):\n    raise NotImplementedError('double: still to be written')",
        check,
        "def double(x):\n    return 6",
        check,
        "FACTOR = 2",
        "def double(x):\n    return x * FACTOR",
        check,
        "FACTOR = None",
        check,
        "check('greet')",
        "def double(x):\n    return x.nothing",
        "check('double')",
    ]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    client = nbclient.NotebookClient(
        notebook, kernel_name="python3", timeout=60, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return list(notebook.cells)


def value_of(cell: Any) -> str:
    *streams, result = cell.outputs
    assert {stream.name for stream in streams} == {"stdout"}
    assert (result.output_type, list(result.data)) == ("execute_result", ["text/plain"])
    return str(result.data["text/plain"])


def printed(cell: Any) -> list[str]:
    return "".join(stream.text for stream in cell.outputs[:-1]).splitlines()


class TestInAKernel:
    def test_the_value_of_the_cell_is_a_plain_float(self, executed: list[Any]) -> None:
        assert [value_of(executed[n]) for n in (1, 3, 6, 9)] == ["0.0", "2.5", "4.0", "2.0"]

    def test_an_unwritten_part_says_so_once(self, executed: list[Any]) -> None:
        assert printed(executed[1]) == [
            "double: still to be written",
            "double: 0 of 4 points in the public checks",
        ]

    def test_definitions_count_as_they_are_now(self, executed: list[Any]) -> None:
        assert printed(executed[6])[-1] == "double: 4 of 4 points in the public checks"
        assert value_of(executed[8]) == "0.0"

    def test_another_notebook_is_read_from_its_file(self, executed: list[Any]) -> None:
        assert printed(executed[9])[0] == "passed  The name is in the greeting."

    def test_an_error_shows_the_line_of_the_cell(self, executed: list[Any]) -> None:
        assert printed(executed[11])[:5] == [
            "error  One number is doubled.",
            "  AttributeError: 'int' object has no attribute 'nothing'",
            "    this notebook:2 in double",
            "        return x.nothing",
            "  hint      Think of x + x.",
        ]
