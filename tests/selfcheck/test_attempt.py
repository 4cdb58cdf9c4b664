"""Which of script and notebook counts, and what makes a file an attempt."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.selfcheck.attempt import (
    Chosen,
    choose,
    choose_among,
    digest,
    digest_of,
    nothing_in,
)

STUB = b"import torch\n\n\ndef f(x):\n    raise NotImplementedError\n"
BOOK: dict[str, Any] = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "text"]},
        {"cell_type": "code", "metadata": {}, "source": ["def f(x):\n", "    pass"], "outputs": []},
        {"cell_type": "code", "metadata": {}, "source": "f(1)", "outputs": []},
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def book(change: Callable[[Any], None] = lambda notebook: None, **options: Any) -> bytes:
    notebook = json.loads(json.dumps(BOOK))
    change(notebook)
    return json.dumps(notebook, **options).encode()


STUBS = {"loaders.py": digest("loaders.py", STUB), "loaders.ipynb": digest("loaders.ipynb", book())}
CHANGED = STUB.replace(b"raise NotImplementedError", b"return x")
WRITTEN = book(lambda notebook: notebook["cells"][1].update(source="def f(x):\n    return x"))


@pytest.mark.parametrize(
    ("script", "notebook", "file", "attempted"),
    [
        (STUB, book(), "loaders.py", False),
        (None, None, None, False),
        (STUB, None, "loaders.py", False),
        (None, book(), "loaders.ipynb", False),
        (CHANGED, book(), "loaders.py", True),
        (CHANGED, None, "loaders.py", True),
        (STUB, WRITTEN, "loaders.ipynb", True),
        (None, WRITTEN, "loaders.ipynb", True),
        (b"later = 1", book(), "loaders.py", True),
    ],
)
def test_the_file_that_differs_from_its_stub_counts(
    script: bytes | None, notebook: bytes | None, file: str | None, attempted: bool
) -> None:
    contents = {"loaders.py": script, "loaders.ipynb": notebook}
    assert choose_among("loaders", contents.get, STUBS) == Chosen("loaders", file, attempted)


@pytest.mark.parametrize(
    ("script", "notebook", "file"),
    [
        (b"", book(), "loaders.py"),
        (STUB, b"", "loaders.ipynb"),
        (b" \n\r\n\t", None, "loaders.py"),
        (b"\xef\xbb\xbf", None, "loaders.py"),
        (b"# Task 2: the loaders.\n\n  # later\r\n", None, "loaders.py"),
        (None, book(lambda notebook: notebook.update(cells=[])), "loaders.ipynb"),
        (
            STUB,
            book(lambda notebook: notebook.update(cells=notebook["cells"][:1])),
            "loaders.ipynb",
        ),
    ],
)
def test_an_empty_file_is_an_attempt_with_nothing_in_it(
    script: bytes | None, notebook: bytes | None, file: str
) -> None:
    contents = {"loaders.py": script, "loaders.ipynb": notebook}
    chosen = choose_among("loaders", contents.get, STUBS)
    assert chosen == Chosen("loaders", file, True, is_empty=True)


@pytest.mark.parametrize(
    "script",
    [b"...", b"# Later.\nA = 1\n", b'"""A docstring\n# with a hash.\n"""', b"\xff", b"\x00"],
)
def test_a_file_with_any_line_of_code_is_not_empty(script: bytes) -> None:
    assert not choose_among("loaders", {"loaders.py": script}.get, STUBS).is_empty


def test_nothing_in_them_is_said_of_empty_files_alone() -> None:
    empty = Chosen("loaders", "loaders.py", True, is_empty=True)
    more = Chosen("model", "model.ipynb", True, is_empty=True)
    assert nothing_in([empty]) == (
        "loaders.py holds no code: nothing in it can be checked. "
        "Did your editor save what you wrote? The released file is where to begin again."
    )
    assert nothing_in([empty, more]).startswith(
        "loaders.py and model.ipynb hold no code: nothing in"
    )
    for other in (Chosen("model", "model.py", True), Chosen("model", None, False)):
        assert nothing_in([other]) == nothing_in([empty, other]) == ""


def test_where_both_differ_the_script_counts_and_this_is_said(tmp_path: Path) -> None:
    (tmp_path / "loaders.py").write_bytes(CHANGED)
    (tmp_path / "loaders.ipynb").write_bytes(WRITTEN)
    assert choose(tmp_path, "loaders", STUBS) == Chosen(
        "loaders",
        "loaders.py",
        True,
        "Both loaders.py and loaders.ipynb were changed: loaders.py counts.",
    )


def test_a_folder_of_that_name_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "loaders.py").mkdir()
    assert choose(tmp_path, "loaders", STUBS) == Chosen("loaders", None, False)


@pytest.mark.parametrize(
    "saved",
    [
        STUB.replace(b"\n", b"\r\n"),
        STUB.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + STUB,
        STUB.replace(b":\n", b":  \t\n"),
        STUB.rstrip(b"\n"),
        STUB + b"\n\n",
    ],
)
def test_saving_a_script_in_an_editor_is_no_attempt(saved: bytes) -> None:
    assert digest("loaders.py", saved) == STUBS["loaders.py"]


@pytest.mark.parametrize("changed", [CHANGED, STUB + b"x", STUB.replace(b"    ", b"\t"), b"\xff"])
def test_a_change_of_the_text_is_one(changed: bytes) -> None:
    assert digest("loaders.py", changed) != STUBS["loaders.py"]


def run(notebook: Any) -> None:
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = {"collapsed": True}
        cell["id"] = f"cell-{number}"
        if cell["cell_type"] == "code":
            cell["execution_count"] = number
            cell["outputs"] = [{"output_type": "stream", "text": "hello", "name": "stdout"}]
    notebook["metadata"] = {"kernelspec": {"name": "python3"}}


def add_cells(notebook: Any) -> None:
    notebook["cells"] += [
        {"cell_type": "code", "source": ["\n"]},
        {"cell_type": "markdown", "source": "My notes"},
    ]


@pytest.mark.parametrize(
    "saved",
    [
        book(run),
        book(add_cells),
        book(indent=1, ensure_ascii=False),
        book(indent=4).replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + book(),
        book(lambda notebook: notebook["cells"][1].update(source="def f(x):\n    pass\n")),
        book(lambda notebook: notebook["cells"][1].update(source="def f(x):\r\n    pass")),
        book(lambda notebook: notebook["cells"][1].update(source="def f(x):  \n    pass")),
    ],
)
def test_running_and_saving_a_notebook_is_no_attempt(saved: bytes) -> None:
    assert digest("loaders.ipynb", saved) == STUBS["loaders.ipynb"]


@pytest.mark.parametrize(
    "saved",
    [
        WRITTEN,
        book(lambda notebook: notebook["cells"].pop()),
        book(lambda notebook: notebook["cells"].append({"cell_type": "code", "source": "x"})),
        book(lambda notebook: notebook["cells"][2].update(source="\ud800")),
        b"",
        b"{}",
        b"[1]",
        b"null",
        b'{"cells": 1}',
        b'{"cells": [{"cell_type": "code", "source": 3}]}',
        b"[" * 100_000,
        b"\xff\x00",
    ],
)
def test_other_code_or_a_broken_file_is_one(saved: bytes) -> None:
    assert digest("loaders.ipynb", saved) != STUBS["loaders.ipynb"]


def test_a_digest_has_the_form_that_manifests_hold(tmp_path: Path) -> None:
    path = tmp_path / "loaders.py"
    path.write_bytes(STUB)
    assert digest_of(path) == STUBS["loaders.py"]
    assert digest_of(path).startswith("sha256:")
    assert len(digest_of(path)) == len("sha256:") + 64
