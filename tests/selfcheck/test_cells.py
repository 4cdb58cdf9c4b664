"""What of a notebook's cells is Python, and what is said where a file is no notebook."""

from __future__ import annotations

import ast
import json
import linecache
from pathlib import Path
from textwrap import dedent

import pytest

from autograder.selfcheck.cells import code_sources, parse_cell, read_cells


def statements(source: str) -> list[str]:
    cell = parse_cell(dedent(source).strip("\n"), "n.ipynb[cell 1]")
    assert cell.error is None
    return [ast.unparse(statement) for statement in cell.statements]


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "%load_ext autoreload",
        "!pip install torch",
        "!pip install 'torch",
        "!echo it's",
        "! ls (",
        "!!ls",
        "foo?",
        "foo??",
        "torch.nn.Linear?",
        "?foo",
        "??foo",
        "files = !ls *.py",
        "a, b = %sql select 1",
        "settings['x'] = !cat x",
        "result = %timeit -o f()",
        "pip install torch",
        "cd ..",
        "!ls | grep x > y",
        "  %time f()",
    ],
)
def test_a_magic_is_no_statement(line: str) -> None:
    assert statements(f"a = 1\n{line.strip()}\nb = 2") == ["a = 1", "pass", "b = 2"]
    assert statements(f"if x:\n    {line.strip()}\nb = 2") == ["if x:\n    pass", "b = 2"]


def test_a_magic_may_go_on_over_several_lines() -> None:
    assert statements("!pip install \\\n    torch \\\n    it's\nb = 2") == ["pass", "b = 2"]


def test_lines_keep_their_numbers() -> None:
    cell = parse_cell("%%time\n!ls\n\nx = 1\n", "n.ipynb[cell 1]")
    assert cell.statements[-1].lineno == 4


@pytest.mark.parametrize("first", ["%%time", "%%capture", "%%capture out --no-stderr", "\n%%time"])
def test_the_body_of_a_timed_or_captured_cell_counts(first: str) -> None:
    assert statements(f"{first}\nx = 1")[-1] == "x = 1"


def test_a_captured_cell_may_be_timed_too() -> None:
    assert statements("%%capture\n%%time\nx = 1")[-1] == "x = 1"


@pytest.mark.parametrize(
    "first", ["%%bash", "%%timeit", "%%writefile loaders.py", "%%html", "%%script false", "%%"]
)
def test_other_cell_magics_are_skipped(first: str) -> None:
    assert statements(f"{first}\nx = 1") == []


@pytest.mark.parametrize(
    "source",
    ["x = 5 % 3", "y = x != 2", "assert not x, '!'", "s = '''\n!ls\n%time\n'''\n", "ls -la"],
)
def test_python_that_looks_like_a_magic_stays(source: str) -> None:
    assert statements(source) == [ast.unparse(one) for one in ast.parse(source).body]


@pytest.mark.parametrize(
    "source",
    ["retrun x  # right?", "def f(x:  # really?\n    return x", "x = = 1", "f(  ", "a b c"],
)
def test_a_syntax_error_is_not_taken_for_a_magic(source: str) -> None:
    assert parse_cell(source, "n.ipynb[cell 1]").error is not None


def test_a_cell_with_an_error_says_what_it_seems_to_define() -> None:
    cell = parse_cell("x = 1\ndef f(:\n    pass\nclass A:\n  async def g(): ...", "n[cell 2]")
    assert cell.statements == ()
    assert cell.defines == {"f", "A", "g"}
    assert cell.error is not None
    assert (cell.error.filename, cell.error.lineno) == ("n[cell 2]", 2)


def test_a_cell_that_is_no_text_has_an_error_too() -> None:
    cell = parse_cell("def f(): return '\ud800'", "n[cell 2]")
    assert cell.error is not None
    assert cell.defines == {"f"}


def test_tracebacks_find_the_text_of_a_cell() -> None:
    parse_cell("x = 1\ny = 2", "t.ipynb[cell 3]")
    linecache.checkcache()
    assert linecache.getline("t.ipynb[cell 3]", 2) == "y = 2\n"


def write(path: Path, notebook: object) -> Path:
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_cells_are_counted_over_all_kinds(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": "x = 1"},
        {"cell_type": "code", "source": ["x = 1\n", "y = 2"]},
        {"cell_type": "raw", "source": "x = 1"},
        {"cell_type": "code", "source": "z = 3"},
    ]
    found = read_cells(write(tmp_path / "a.ipynb", {"cells": cells, "nbformat": 4}))
    assert [cell.filename for cell in found] == ["a.ipynb[cell 2]", "a.ipynb[cell 4]"]
    assert [len(cell.statements) for cell in found] == [2, 1]


def test_a_byte_order_mark_is_no_harm() -> None:
    data = json.dumps({"cells": [{"cell_type": "code", "source": "x"}]}).encode("utf-8-sig")
    assert list(code_sources(data, "a.ipynb")) == [(1, "x")]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b" \n", "an empty file"),
        (b"x = 1", "something that is not JSON"),
        (b"\xff\xfe\x00", "something that is not JSON"),
        (b"[" * 100_000, "something that is not JSON"),
        (b"[]", "JSON without a notebook's cells"),
        (b"{}", "JSON without a notebook's cells"),
        (b'{"cells": 3}', "JSON without a notebook's cells"),
        (b'{"cells": {"a": 1}}', "JSON without a notebook's cells"),
        (b'{"cells": [{"cell_type": "code"}]}', "JSON without a notebook's cells"),
        (b'{"cells": [{"cell_type": "code", "source": [1]}]}', "JSON without a notebook's cells"),
        (b'{"nbformat": 3, "worksheets": []}', "one in the format of 2014"),
    ],
)
def test_a_file_that_is_no_notebook_is_named(data: bytes, found: str) -> None:
    with pytest.raises(ValueError, match="Jupyter") as caught:
        list(code_sources(data, "loaders.ipynb"))
    assert str(caught.value) == (
        f"loaders.ipynb: expected a Jupyter notebook, found {found}; save it again in Jupyter"
    )
