"""What a submission says of the checks or of the machine does not get into its result."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.leaks import secrets_in
from autograder.grading.kept_back import CUT, KeptBack, machine_places
from autograder.grading.results import CheckResult, Frame, Outcome

SECRET = "assert found == 17 * given + rng_offset"


@pytest.fixture
def kept_back(tmp_path: Path) -> KeptBack:
    return KeptBack([SECRET, "else:", ""], [tmp_path / "course", *machine_places(tmp_path)])


def check(**changes: Any) -> CheckResult:
    values: dict[str, Any] = {"outcome": Outcome.ERROR, "points": 0.0, "max_points": 1.0}
    return CheckResult(id="a::b", title="T", **values, **changes)


def test_lines_of_the_checks_are_left_out_wherever_they_are_quoted(kept_back: KeptBack) -> None:
    frame = Frame(file="a.py", line=3, function="f", text="raise RuntimeError(text)")
    said = check(message=f"RuntimeError: see:\n   {SECRET}  # !", found="7", frames=(frame,))
    cut = kept_back.cut(said, files={"a.py": b"raise RuntimeError(text)"})
    assert cut.message == CUT
    assert (cut.found, cut.frames) == ("7", (frame,))
    odd = check(found=f"[{SECRET!r}]", frames=(frame.model_copy(update={"text": SECRET}),))
    cut = kept_back.cut(odd, files={})
    assert (cut.found, cut.frames[0].text) == (CUT, CUT)


NOTEBOOK = {"cells": [{"source": ["def f():\n", f'    {SECRET}, "told"\n']}]}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.py", b"def f():\n    " + SECRET.encode() + b', "told"\n'),
        ("a.py", b"\xff\n" + SECRET.encode() + b', "told"\n'),
        ("a.ipynb", json.dumps(NOTEBOOK).encode()),
    ],
)
def test_a_line_that_the_student_wrote_is_quoted(
    kept_back: KeptBack, name: str, data: bytes
) -> None:
    frame = Frame(file=name, line=3, function="f", text=f'{SECRET}, "told"')
    assert kept_back.cut(check(frames=(frame,)), {name: data}).frames == (frame,)
    assert kept_back.cut(check(frames=(frame,)), {"b.ipynb": b"[" * 100_000}).frames != (frame,)


def test_the_machines_folders_are_not_named(kept_back: KeptBack, tmp_path: Path) -> None:
    message = (
        f"ImportError: no 'x' in 'torch' ({sys.prefix}/lib/torch/__init__.py) "
        f"or {tmp_path / 'course' / 'a.py'} or {tempfile.gettempdir()}/autograder-k2j/home/model.py"
    )
    cut = kept_back.cut(check(message=message), files={}).message
    assert cut == (
        "ImportError: no 'x' in 'torch' (…/lib/torch/__init__.py) or …/a.py or …/home/model.py"
    )


def test_secret_is_what_stands_in_regions_alone(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "test_a.py").write_text(
        "import torch\n### BEGIN HIDDEN TESTS\nimport torch\nx = secret_of(3)\n"
        "### END HIDDEN TESTS\n"
    )
    (tmp_path / "a.py").write_text(
        "def f():\n    ### BEGIN SOLUTION\n    return 7 * 6\n    ### END SOLUTION\n"
    )
    lines = {line.strip() for line in secrets_in(tmp_path)}
    assert {"x = secret_of(3)", "return 7 * 6"} <= lines
    assert "import torch" not in lines
