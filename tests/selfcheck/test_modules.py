"""The student's modules: which file each is, what comes first, and what breaks without the rest."""

from __future__ import annotations

import importlib
import json
import pickle
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from autograder.selfcheck.frames import student_frames
from autograder.selfcheck.modules import Student, forget

Submit = Callable[..., Student]


def test_modules_are_imported_when_they_are_used(student: Submit) -> None:
    one = student({"loaders.py": "raise KeyError", "model.py": "N = 1"})
    assert one.model.N == 1
    with pytest.raises(KeyError):
        one.loaders  # noqa: B018


def test_modules_import_each_other_whatever_their_kind(student: Submit) -> None:
    one = student(
        {"loaders.ipynb": ("import model", "def f(): return model.N + 1"), "model.py": "N = 1"}
    )
    assert one.loaders.f() == 2
    one = student({"loaders.ipynb": ("def g(): return 2",), "model.py": "from loaders import g"})
    assert one.model.g() == 2


def test_scripts_that_import_each_other_fail_as_in_python(student: Submit) -> None:
    one = student({"loaders.py": "from model import N", "model.py": "import loaders\nN = 1"})
    with pytest.raises(ImportError, match="partially initialized module 'model'"):
        one.model  # noqa: B018


def test_notebooks_may_import_each_other(student: Submit) -> None:
    one = student(
        {
            "loaders.ipynb": ("from model import size", "def f(): return size() + 1", "K = 3"),
            "model.ipynb": (
                "from loaders import f, K",
                "def size(): return K",
                "def h(): return f()",
            ),
        }
    )
    assert one.model.h() == 4
    assert one.loaders.f() == 4
    assert one.loaders.f is one.model.f


def test_star_from_a_notebook_gives_its_definitions(student: Submit) -> None:
    one = student(
        {
            "loaders.ipynb": ("N = 2", "def f(): return N", "history = train_for_an_hour()"),
            "model.ipynb": ("from loaders import *", "def g(): return f() + N"),
        }
    )
    assert one.model.g() == 4


def test_helpers_are_importable(student: Submit) -> None:
    one = student(
        {
            "loaders.py": "from helper import N\nfrom parts.inner import M",
            "helper.py": "N = 1",
            "parts/__init__.py": "",
            "parts/inner.py": "from helper import N as M",
        }
    )
    assert (one.loaders.N, one.loaders.M) == (1, 1)
    assert one.helper.N == 1


@pytest.mark.parametrize("name", ["colorsys", "json", "torch", "hypothesis"])
def test_a_helper_replaces_neither_the_library_nor_packages(
    student: Submit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    real = importlib.import_module(name)
    if name == "colorsys":
        monkeypatch.delitem(sys.modules, name)
    kind = {"torch": "torch/__init__.py"}.get(name, f"{name}.py")
    one = student({"loaders.py": f"import {name} as found", kind: "raise KeyError('planted')"})
    assert one.loaders.found.__file__ == real.__file__
    sys.modules[name] = real


def test_a_graded_module_comes_before_an_installed_one_of_its_name(student: Submit) -> None:
    files = {"statistics.py": "MINE = True", "model.py": "import statistics as s"}
    one = student(files, graded=("statistics", "model"))
    assert one.statistics.MINE
    assert one.model.s.MINE
    forget()
    sys.modules["statistics"] = statistics
    assert importlib.import_module("statistics").mean([1, 3]) == 2


class TestBrokenSibling:
    BROKEN = (
        "raise KeyError('oh')",
        "import sys; sys.exit(3)",
        "def f(:",
        "x = 1",
        ("def f(x=1 / 0): pass",),
        ("def g(): pass",),
        ("def f(:",),
    )

    @pytest.mark.parametrize("broken", BROKEN)
    def test_it_does_not_take_the_others_with_it(self, student: Submit, broken: Any) -> None:
        name = "loaders.py" if isinstance(broken, str) else "loaders.ipynb"
        one = student(
            {name: broken, "model.py": "from loaders import f\ndef g(): return 1\ndef h(): f()"},
            needed=("model",),
        )
        assert one.model.g() == 1
        with pytest.raises(ImportError, match=r"^loaders\.f can't be used: \w+: "):
            one.model.h()

    @pytest.mark.parametrize("broken", BROKEN)
    def test_it_fails_where_it_is_needed_itself(self, student: Submit, broken: Any) -> None:
        name = "loaders.py" if isinstance(broken, str) else "loaders.ipynb"
        one = student({name: broken, "model.py": "from loaders import f"})
        with pytest.raises((Exception, SystemExit)):
            one.model  # noqa: B018

    def test_a_file_that_is_no_notebook(self, student: Submit, tmp_path: Path) -> None:
        (tmp_path / "loaders.ipynb").write_bytes(b"")
        files = {"loaders": tmp_path / "loaders.ipynb"}
        with pytest.raises(ValueError, match=r"^loaders\.ipynb: expected a Jupyter notebook"):
            Student(tmp_path, files).loaders  # noqa: B018
        assert Student(tmp_path, files, needed=()).loaders.f

    def test_it_may_be_used_in_part(self, student: Submit) -> None:
        one = student(
            {
                "loaders.ipynb": ("N = 2", "def broken(x=1 / 0): pass"),
                "model.py": "import loaders\ndef g(): return loaders.N",
            },
            needed=("model",),
        )
        assert one.model.g() == 2


def test_forgetting_leaves_no_trace(student: Submit, tmp_path: Path, write: Any) -> None:
    one = student({"loaders.py": "import helper, pkg.sub, json", "helper.py": "", "pkg/sub.py": ""})
    write("pkg/__init__.py", "")
    assert one.loaders
    forget()
    assert not {"loaders", "helper"} & sys.modules.keys()
    assert sys.modules["json"] is json
    assert not [one for one in sys.meta_path if type(one).__module__.endswith("selfcheck.modules")]


def test_a_new_student_sees_what_changed(student: Submit) -> None:
    files = {"loaders.py": "from helper import N", "helper.py": "N = 1", "model.ipynb": ("M = 1",)}
    first = student(files)
    assert (first.loaders.N, first.model.M) == (1, 1)
    files |= {"helper.py": "N = 20", "model.ipynb": ("M = 20",)}
    second = student(files)
    assert (second.loaders.N, second.model.M) == (20, 20)


def test_live_modules_are_taken_as_they_are(
    tmp_path: Path, clean_imports: None, write: Any
) -> None:
    write("loaders.py", "N = 1")
    write("model.py", "from loaders import N")
    files = {name: tmp_path / f"{name}.py" for name in ("loaders", "model")}
    live = type(sys)("__main__")
    live.N = 5  # type: ignore[attr-defined]
    one = Student(tmp_path, files, live={"loaders": live})
    assert (one.loaders.N, one.model.N) == (5, 5)


DATASET = """
import torch
from torch.utils.data import Dataset

class Squares(Dataset):
    def __len__(self): return 6
    def __getitem__(self, index): return torch.tensor(index ** POWER)

POWER = 2
"""


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_loader_workers_know_the_classes_of_a_notebook(student: Submit) -> None:
    one = student({"loaders.ipynb": (DATASET,)})
    loader = DataLoader(one.loaders.Squares(), batch_size=3, num_workers=2)
    assert torch.cat(list(loader)).tolist() == [0, 1, 4, 9, 16, 25]


def test_objects_of_a_notebook_can_be_pickled(student: Submit) -> None:
    one = student({"loaders.ipynb": (DATASET,)})
    copy = pickle.loads(pickle.dumps(one.loaders.Squares()))
    assert type(copy) is one.loaders.Squares


def test_tracebacks_lead_through_scripts_and_notebooks(student: Submit, tmp_path: Path) -> None:
    one = student(
        {
            "loaders.ipynb": ("#: x", "def f(x):\n    return g(x)", "def g(x):\n    return 1 / x"),
            "model.py": "from loaders import f\n\ndef h():\n    return f(0)\n",
        }
    )
    with pytest.raises(ZeroDivisionError) as caught:
        one.model.h()
    assert [str(frame) for frame in student_frames(caught.value.__traceback__, tmp_path)] == [
        "model.py:4 in h\n    return f(0)",
        "loaders.ipynb[cell 2]:2 in f\n    return g(x)",
        "loaders.ipynb[cell 3]:2 in g\n    return 1 / x",
    ]
