"""A traceback is cut to the lines that the student wrote."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.selfcheck.frames import MAX_FRAMES, MAX_TEXT, Frame, message_of, student_frames


def frames_of(source: str, filename: Path | str, folder: Path, *kit_files: str) -> list[Frame]:
    try:
        exec(compile(source, str(filename), "exec"), {})
    except BaseException as error:
        return student_frames(error.__traceback__, folder, kit_files)
    raise AssertionError("nothing was raised")


def test_only_files_of_the_submission_are_shown(tmp_path: Path) -> None:
    source = "import json\ndef f():\n    json.loads('{')\nf()\n"
    path = tmp_path / "sub" / "a.py"
    path.parent.mkdir()
    path.write_text(source)
    assert frames_of(source, path, tmp_path) == [
        Frame("sub/a.py", 4, "<module>", "f()"),
        Frame("sub/a.py", 3, "f", "json.loads('{')"),
    ]
    assert frames_of(source, path, tmp_path, "sub") == []
    assert frames_of(source, path, tmp_path / "other") == []


@pytest.mark.parametrize(
    "place", [".venv/lib/python3.11/site-packages/torch/x.py", "env/lib/os.py"]
)
def test_an_environment_within_the_folder_is_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    assert frames_of("1 / 0", tmp_path / place, tmp_path) == []
    assert len(frames_of("1 / 0", tmp_path / "a.py", tmp_path)) == 1


@pytest.mark.parametrize("name", ["/tmp/ipykernel_12/345.py", "<ipython-input-3-abc>"])
def test_cells_of_the_open_notebook_are_shown(tmp_path: Path, name: str) -> None:
    assert [str(frame) for frame in frames_of("\n1 / 0", name, tmp_path)] == ["this notebook:2"]


def test_there_are_at_most_so_many_and_the_innermost_stay(tmp_path: Path) -> None:
    source = "def f(n):\n    return f(n - 1) if n else 1 / 0\nf(100)"
    found = frames_of(source, tmp_path / "a.py", tmp_path)
    assert len(found) == MAX_FRAMES
    assert {frame.function for frame in found} == {"f"}


def test_a_long_line_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(f"1 / 0  # {'x' * 1000}")
    (frame,) = frames_of(path.read_text(), path, tmp_path)
    assert len(frame.text) == MAX_TEXT


class Silent(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


def syntax_error(**attributes: Any) -> SyntaxError:
    error = SyntaxError("bad")
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("no"), "ValueError: no"),
        (ValueError(), "ValueError"),
        (KeyError("a"), "KeyError: 'a'"),
        (Silent(), "Silent: (its message could not be shown)"),
        (SyntaxError("bad"), "SyntaxError: bad"),
        (
            SyntaxError("bad", ("/x/loaders.py", 3, 1, "  f(:\n")),
            "SyntaxError: loaders.py:3: bad: f(:",
        ),
        (syntax_error(text=3), "SyntaxError: (its message could not be shown)"),
        (ValueError("x" * 5_000), "ValueError: " + "x" * 1_988),
    ],
)
def test_an_exception_has_one_line(error: BaseException, message: str) -> None:
    assert message_of(error) == message
