"""A self-check or a notebook that can't even start says so."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.authoring.trial import run_notebook, self_check


def test_checks_that_can_not_be_collected_are_errors(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "test_x.py").write_text("import nowhere\n", encoding="utf-8")
    done = self_check(folder)
    assert not done.ends
    assert "No module named 'nowhere'" in done.errors[0]


def test_a_folder_without_checks_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    [error] = self_check(folder).errors
    assert error.startswith("pytest found no checks: ")


def test_a_broken_configuration_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "conftest.py").write_text("import nowhere\n", encoding="utf-8")
    [error] = self_check(folder).errors
    assert "nowhere" in error


def test_a_file_that_is_no_notebook_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text("{}", encoding="utf-8")
    [error] = run_notebook(path, None).errors
    assert error.startswith("the notebook did not run: ")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.ipynb"]


def test_a_notebook_gives_its_words_values_and_errors(tmp_path: Path) -> None:
    sources = ["import os", "print(os.environ['MNIST_ROOT'])", "1 / 0", "os.getcwd()"]
    cells = [
        {"cell_type": "code", "id": f"c{n}", "source": source, "outputs": [], "metadata": {}}
        for n, source in enumerate(sources, start=1)
    ]
    for cell in cells:
        cell["execution_count"] = None
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    done = run_notebook(path, Path("somewhere"))
    assert done.errors == ("cell 3: ZeroDivisionError: division by zero",)
    assert "somewhere" in done.output
    assert done.values == {"c4": repr(str(tmp_path))}
    assert json.loads(path.read_text(encoding="utf-8")) == notebook
