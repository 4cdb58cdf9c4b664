"""Runs the assignment's checks, hidden ones included, on modules that stand for a submission.

Every variant is checked in this process, without a sandbox and without a pytest run of its own, so
that a hundred of them take seconds. Probes give back what they give back in a self-check.
"""

from __future__ import annotations

import importlib
import inspect
import random
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from zlib import crc32

import numpy as np
import torch

from autograder.selfcheck.expect import CheckFailed, Expect
from autograder.selfcheck.modules import Student, forget
from autograder.selfcheck.plain import as_data
from autograder.selfcheck.plugin import Unshown

SOURCE = Path(__file__).parents[2] / "source" / "mnist"
WHEATS = SOURCE / "wheats"
MODULES = ("transforms", "loaders", "model", "training")
PARTS = (*MODULES, "accuracy")
SETTINGS = {
    "mean": 0.1307,
    "std": 0.3081,
    "train_size": 50_000,
    "val_size": 10_000,
    "batch_size": 64,
    "eval_batch_size": 1_000,
    "hidden": 128,
    "num_classes": 10,
    "epochs": 2,
    "learning_rate": 1e-3,
    "seed": 0,
}
PASSED, FAILED, ERROR, BROKEN = "passed", "failed", "error", "broken"


@dataclass(frozen=True)
class Check:
    """One check with what its marks and its docstring say."""

    id: str
    part: str
    title: str
    points: float
    hint: str
    hidden: bool
    function: Callable[..., None]


@dataclass(frozen=True)
class Ended:
    """How a check ended: passed, failed, error (the student's code raised) or broken (it did)."""

    kind: str
    message: str = ""


class ProbeRaised(Exception):
    """A probe raised, and so did the student's code."""


@cache
def kit() -> dict[str, ModuleType]:
    """The probes, the check files and their helpers by name; none stays importable."""
    names = ["probes", *(path.stem for path in sorted((SOURCE / "checks").glob("*.py")))]
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    paths = [str(SOURCE), str(SOURCE / "checks")]
    sys.path[:0] = paths
    try:
        return {name: importlib.import_module(name) for name in names}
    finally:
        del sys.path[: len(paths)]
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(before)


@cache
def checks_of(part: str) -> tuple[Check, ...]:
    """The checks of one part in the order of their file."""
    module = kit()[f"test_{part}"]
    lines = inspect.getsource(module).splitlines()
    found = []
    for name, function in vars(module).items():
        if not name.startswith("test_"):
            continue
        marks = {mark.name: mark.args[0] for mark in function.pytestmark}
        title = (inspect.getdoc(function) or "").splitlines()[0]
        hidden = _is_hidden(lines, function.__code__.co_firstlineno)
        check_id = f"{part}::{name.removeprefix('test_')}"
        found.append(Check(check_id, part, title, marks["points"], marks["hint"], hidden, function))
    return tuple(found)


def outcomes(
    folder: Path, parts: tuple[str, ...], more: Mapping[str, Any] | None = None, seed: int = 0
) -> dict[str, Ended]:
    """Run all checks of `parts` on the modules in `folder`; `more` gives further fixtures.

    Where `more` has `probes`, a namespace, probes are taken from there by name, as a worker does.
    Another `seed` means other challenge data, and another state of the worker's random numbers.
    """
    with submission(folder) as student:
        return {
            check.id: run(check, student, more, seed) for part in parts for check in checks_of(part)
        }


def run(
    check: Check, student: Student | None, more: Mapping[str, Any] | None = None, seed: int = 0
) -> Ended:
    """Run one check."""
    try:
        check.function(**_fixtures(check, student, more or {}, seed))
    except ProbeRaised as error:
        return Ended(ERROR, f"{type(error.__cause__).__name__}: {error.__cause__}")
    except CheckFailed as error:
        return Ended(FAILED, str(error))
    except Exception as error:
        return Ended(BROKEN, f"{type(error).__name__}: {error}")
    return Ended(PASSED)


def _fixtures(
    check: Check, student: Student | None, more: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    probes = more.get("probes")

    def probe(function: Callable[..., Any], **arguments: Any) -> Any:
        if probes is not None:
            function = probes[function.__name__]
        try:
            # As a worker does: the same random numbers for every call of a probe.
            _seed(crc32(f"{check.id} {function.__name__} {seed}".encode()))
            return as_data(function(student, **as_data(arguments)))
        except Exception as error:
            raise ProbeRaised from error

    given = {
        "probe": probe,
        "expect": Expect(),
        "rng": torch.Generator().manual_seed(crc32(f"{check.id} {seed}".encode())),
        "settings": SimpleNamespace(**SETTINGS),
        "device": "cpu",
        "show": Unshown(),
        "revealed": lambda total: [],
        **more,
    }
    return {name: given[name] for name in inspect.signature(check.function).parameters}


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


@contextmanager
def submission(folder: Path) -> Iterator[Student]:
    """The modules in `folder`; warnings are the student's own, and nothing is left behind."""
    before = set(sys.modules)
    files = {name: folder / f"{name}.py" for name in MODULES if (folder / f"{name}.py").exists()}
    state, path = torch.random.get_rng_state(), list(sys.path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield Student(folder, files)
    finally:
        forget()
        sys.path[:] = path
        torch.random.set_rng_state(state)
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).is_relative_to(folder):
                del sys.modules[name]


def _is_hidden(lines: list[str], number: int) -> bool:
    before = [line.strip() for line in lines[:number]]
    opened = before.count("### BEGIN HIDDEN TESTS")
    return opened > before.count("### END HIDDEN TESTS")
