"""Notebooks and submissions that a test writes down in a few lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from autograder.selfcheck.modules import Student, forget
from autograder.selfcheck.notebook import NotebookModule

Write = Callable[..., Path]


def notebook_json(*cells: str) -> str:
    """A notebook of code cells; a cell that begins with "#:" is Markdown."""
    listed = [
        {
            "cell_type": "markdown" if cell.startswith("#:") else "code",
            "metadata": {},
            "source": dedent(cell).strip("\n").splitlines(keepends=True),
        }
        for cell in cells
    ]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file into the submission: a notebook's cells, or the text of any other file."""

    def write_file(name: str, *contents: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".ipynb"):
            path.write_text(notebook_json(*contents), encoding="utf-8")
        else:
            (content,) = contents
            path.write_text(dedent(content), encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def notebook(write: Write) -> Callable[..., NotebookModule]:
    """The module of a notebook with these cells."""

    def load(*cells: str) -> NotebookModule:
        module = NotebookModule("loaders", write("loaders.ipynb", *cells))
        module.load()
        return module

    return load


@pytest.fixture
def clean_imports() -> Iterator[None]:
    """Afterwards Python knows no module that it didn't know before."""
    modules, path = dict(sys.modules), list(sys.path)
    yield
    forget()
    sys.path[:] = path
    for name in sys.modules.keys() - modules.keys():
        origin = getattr(getattr(sys.modules[name], "__spec__", None), "origin", None) or ""
        if "pytest-of-" in origin:
            del sys.modules[name]


@pytest.fixture
def student(tmp_path: Path, write: Write, clean_imports: None) -> Callable[..., Student]:
    """A submission of these files; the graded modules are those named in `graded`."""

    def submit(
        files: dict[str, str | tuple[str, ...]],
        graded: tuple[str, ...] = ("loaders", "model"),
        needed: tuple[str, ...] | None = None,
    ) -> Student:
        for name, contents in files.items():
            write(name, *([contents] if isinstance(contents, str) else contents))
        chosen = {
            name: tmp_path / f"{name}{kind}"
            for name in graded
            for kind in (".py", ".ipynb")
            if f"{name}{kind}" in files
        }
        return Student(tmp_path, chosen, needed=needed)

    return submit
