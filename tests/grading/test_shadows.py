"""What the result says of files that something else comes before."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.grading.shadows import notes_on_ignored
from autograder.printable import printable

MODULES = ["loaders", "model"]
CODE = b"raise RuntimeError('planted')\n"


def notes(*names: str, release: Path | None = None) -> list[str]:
    return list(notes_on_ignored(dict.fromkeys(names, CODE), MODULES, release))


@pytest.mark.parametrize(
    ("names", "note"),
    [
        (["json.py"], "json.py was ignored: Python's own module of that name comes first."),
        (
            ["random/__init__.py"],
            "random/__init__.py was ignored: Python's own module of that name comes first.",
        ),
        (
            ["json.py", "os.pyc", "sys.abi3.so"],
            "json.py, os.pyc and sys.abi3.so were ignored: "
            "Python's own modules of these names come first.",
        ),
        (
            ["torch/__init__.py", "torch/nn.py", "numpy.py"],
            "numpy.py and torch/ (2 files) were ignored: "
            "the installed packages of these names come first.",
        ),
        (["pytest.py"], "pytest.py was ignored: the installed package of that name comes first."),
        (["probes.py"], "probes.py was ignored: the grader's own module of that name comes first."),
        (
            ["autograder/a.py", "autograder/b/c.py", "selfcheck/__init__.py"],
            "autograder/ (2 files) and selfcheck/__init__.py were ignored: "
            "the grader's own modules of these names come first.",
        ),
        (
            ["conftest.py", "checks/test_a.py", "checks/data.bin"],
            "checks/ (2 files) and conftest.py were ignored: the grader runs its own checks.",
        ),
        (
            ["pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"],
            "pyproject.toml, pytest.ini, setup.cfg and tox.ini were ignored: "
            "the grader's checks run with its own configuration.",
        ),
        (
            ["sitecustomize.py"],
            "sitecustomize.py was ignored: the grader starts Python without such a file.",
        ),
        (
            ["usercustomize.py", "x.pth"],
            "usercustomize.py and x.pth were ignored: the grader starts Python without such files.",
        ),
        (
            ["model/__init__.py"],
            "model/__init__.py was ignored: "
            "of a module that you write, NAME.py or NAME.ipynb counts.",
        ),
        (
            ["model.abi3.so", "loaders.pyc"],
            "loaders.pyc and model.abi3.so were ignored: "
            "of a module that you write, NAME.py or NAME.ipynb counts.",
        ),
    ],
)
def test_an_ignored_file_is_named_with_the_reason(names: list[str], note: str) -> None:
    assert notes(*names) == [note]


def test_each_reason_has_its_sentence() -> None:
    assert len(notes("json.py", "torch.py", "probes.py", "conftest.py", "tox.ini", "a.pth")) == 6


def test_no_more_than_a_few_are_named() -> None:
    planted = [f"{name}.py" for name in sorted(sys.stdlib_module_names)[:200]]
    first = sorted(planted)[:4]
    assert notes(*planted) == [
        f"{', '.join(first)} and 196 more were ignored: "
        "Python's own modules of these names come first."
    ]


@pytest.mark.parametrize(
    "name",
    [
        "model.py", "model.ipynb", "loaders.py", "helper.py", "settings.py", "train.py",
        "README.md", "helpers/json.py", "helpers/conftest.py", "helpers/torch/__init__.py",
        "helpers/x.pth",
        "json.txt", "json/data.json", "json.ipynb", "torch/weights.pt", "model/weights.pt",
        "not a name.py", "a.b.py", "..py", "checks", "pytest.ini/x", "data/pytest.ini",
    ],
)  # fmt: skip
def test_what_is_used_or_harmless_is_not_named(name: str) -> None:
    assert notes(name) == []


def test_a_folder_of_an_installed_package_without_code_of_its_own_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "site-packages"
    (place / "namespace_of_many").mkdir(parents=True)
    (place / "one_of_its_own").mkdir()
    (place / "one_of_its_own" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(place))
    assert notes("namespace_of_many.py") == []
    assert notes("one_of_its_own.py") == [
        "one_of_its_own.py was ignored: the installed package of that name comes first."
    ]


def test_what_lies_where_the_grader_was_started_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "from_here.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert notes("from_here.py") == []


def test_a_name_that_would_act_is_shown_only() -> None:
    (note,) = notes("\x1b[2J\u202e.pth")
    assert note == (r"\x1b[2J\u202e.pth was ignored: the grader starts Python without such a file.")
    assert note == printable(note)


def test_what_is_as_it_was_released_needs_no_words(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    for name in ("conftest.py", "probes.py", "checks/test_model.py"):
        (tmp_path / name).write_bytes(b"released\n")
    (tmp_path / "pytest.ini").mkdir()
    files = {
        "conftest.py": b"released\n",
        "probes.py": b"released\r\n",
        "checks/test_model.py": b"changed\n",
        "checks/test_loaders.py": b"new\n",
        "pytest.ini": b"\n",
    }
    assert notes_on_ignored(files, MODULES, tmp_path) == (
        "checks/ (2 files) was ignored: the grader runs its own checks.",
        "pytest.ini was ignored: the grader's checks run with its own configuration.",
    )


def test_the_whole_release_can_be_handed_in(repository: Path) -> None:
    release = repository / "release" / "mnist"
    files = {
        path.relative_to(release).as_posix(): path.read_bytes().replace(b"\n", b"\r\n")
        for path in release.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "selfcheck/plugin.py" in files
    modules = ["transforms", "loaders", "model", "training"]
    assert notes_on_ignored(files, modules, release) == ()
    assert len(notes_on_ignored(files, modules, None)) == 3
