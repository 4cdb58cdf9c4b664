"""The small files of a release hold what the course says."""

from __future__ import annotations

import ast
import sys
import types
from pathlib import Path

import pytest

from autograder.authoring import generated
from autograder.course import Assignment, Course
from autograder.selfcheck.attempt import digest_of
from autograder.selfcheck.manifest import read_manifest


def test_settings_are_constants(shapes: Assignment) -> None:
    text = generated.settings_module(shapes)
    assert text == '"""The numbers of this assignment."""\n\nWIDTH = 3.5\nCOUNT = 4\n'


def test_the_manifest_is_what_the_self_check_reads(
    shapes_files: dict[str, bytes], tmp_path: Path
) -> None:
    for name, data in shapes_files.items():
        (tmp_path / Path(name).name).write_bytes(data) if name.startswith("release") else None
    manifest = read_manifest(tmp_path)
    assert (manifest.assignment, manifest.title) == ("shapes", "Areas and boxes")
    assert manifest.settings == {"width": 3.5, "count": 4}
    assert manifest.names() == ["areas", "boxes", "together"]
    assert [check.visible for check in manifest.part("areas").checks] == [True, True, False]
    stubs = ["areas.py", "areas.ipynb", "boxes.py", "boxes.ipynb"]
    assert manifest.stubs == {name: digest_of(tmp_path / name) for name in stubs}


def test_hints_of_hidden_checks_stay_hidden(shapes_files: dict[str, bytes]) -> None:
    manifest = shapes_files["release/shapes/selfcheck/manifest.json"].decode()
    assert "Circles can be tiny" in manifest
    assert "Small things have small areas" not in manifest


def test_colab_fetches_the_release_once(
    shapes_course: Course, shapes: Assignment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The setup cell, where Colab's module is there; git and the folders are played."""
    calls: list[list[str]] = []
    moves: list[str] = []
    fake_os = types.ModuleType("os")
    monkeypatch.setattr(fake_os, "path", types.SimpleNamespace(isdir=lambda _: bool(calls)), False)
    monkeypatch.setattr(fake_os, "chdir", moves.append, False)
    monkeypatch.setattr(fake_os, "getcwd", lambda: moves[-1], False)
    fake_subprocess = types.ModuleType("subprocess")
    monkeypatch.setattr(fake_subprocess, "run", lambda line, check: calls.append(line), False)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setitem(sys.modules, "os", fake_os)
    monkeypatch.setitem(sys.modules, "subprocess", fake_subprocess)
    cell = generated.colab_setup(shapes_course, shapes)
    exec(cell, {})
    exec(cell, {})
    address = "https://github.com/example/shapes.git"
    clone, narrow = calls
    assert (clone[:2], clone[-2:]) == (["git", "clone"], [address, "/content/shapes"])
    assert "--branch=main" in clone
    assert narrow == ["git", "-C", "/content/shapes", "sparse-checkout", "set", "release/shapes"]
    assert set(sys.path) == set(moves) == {"/content/shapes/release/shapes"}


def test_elsewhere_the_setup_does_nothing(
    shapes_course: Course, shapes: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", path := list(sys.path))
    names: dict[str, object] = {}
    exec(generated.colab_setup(shapes_course, shapes), names)
    assert "subprocess" not in names
    assert sys.path == path


def test_what_is_generated_parses(shapes_files: dict[str, bytes]) -> None:
    for name, data in shapes_files.items():
        if name.endswith(".py"):
            ast.parse(data)
