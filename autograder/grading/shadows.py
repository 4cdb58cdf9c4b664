"""Names the files of a submission that grading ignores, for something else comes first."""

from __future__ import annotations

import importlib.machinery
import sys
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache
from pathlib import Path

from .contents import shown

KIT = frozenset({"autograder", "probes", "selfcheck"})
"""What a worker has of the kit under names of its own."""
CHECKS = frozenset({"checks", "conftest.py"})
CONFIGURATION = frozenset({"pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"})
START = frozenset({"sitecustomize.py", "usercustomize.py"})
MAX_NAMED = 5
"""Files that one note names; it counts the others."""

_SUFFIXES = tuple(importlib.machinery.all_suffixes())


class Reason(Enum):
    """Why a file is ignored, for one and for several."""

    MODULE = (
        "of a module that you write, NAME.py or NAME.ipynb counts",
        "of a module that you write, NAME.py or NAME.ipynb counts",
    )
    PYTHON = (
        "Python's own module of that name comes first",
        "Python's own modules of these names come first",
    )
    INSTALLED = (
        "the installed package of that name comes first",
        "the installed packages of these names come first",
    )
    KIT = (
        "the grader's own module of that name comes first",
        "the grader's own modules of these names come first",
    )
    CHECKS = ("the grader runs its own checks", "the grader runs its own checks")
    CONFIGURATION = (
        "the grader's checks run with its own configuration",
        "the grader's checks run with its own configuration",
    )
    START = (
        "the grader starts Python without such a file",
        "the grader starts Python without such files",
    )


def notes_on_ignored(
    files: Mapping[str, bytes], modules: Iterable[str], release: Path | None
) -> tuple[str, ...]:
    """A sentence for each reason, naming the ignored files.

    `modules` are those that the student writes. What is as it was released, in the folder
    `release`, needs no words.
    """
    found: dict[Reason, dict[str, list[str]]] = {}
    for name in sorted(files):
        top = name.partition("/")[0]
        reason = _reason(name, frozenset(modules))
        if reason is not None and not _is_released(name, files[name], release):
            found.setdefault(reason, {}).setdefault(top, []).append(name)
    return tuple(_sentence(reason, found[reason]) for reason in Reason if reason in found)


def _reason(name: str, modules: frozenset[str]) -> Reason | None:
    top, _, rest = name.partition("/")
    if top in CHECKS and (rest or top != "checks"):
        return Reason.CHECKS
    if not rest and top in CONFIGURATION:
        return Reason.CONFIGURATION
    if not rest and (top in START or top.endswith(".pth")):
        return Reason.START
    module = _module(top, rest)
    if module is None or (name == f"{module}.py" and module in modules):
        return None
    if module in modules:
        return Reason.MODULE
    if module in KIT:
        return Reason.KIT
    if module in sys.stdlib_module_names:
        return Reason.PYTHON
    return Reason.INSTALLED if _is_installed(module) else None


def _module(top: str, rest: str) -> str | None:
    """The top-level module that Python could take a file for, or a part of."""
    ending = next((suffix for suffix in _SUFFIXES if (rest or top).endswith(suffix)), None)
    if ending is None:
        return None
    module = top if rest else top.removesuffix(ending)
    return module if module.isidentifier() else None


@lru_cache(maxsize=4096)
def _is_installed(module: str) -> bool:
    """Is there a package of this name beside the standard library?

    A folder without `__init__.py` doesn't count: a submission's module comes before it.
    """
    places = [place for place in sys.path if place.endswith(("site-packages", "dist-packages"))]
    spec = importlib.machinery.PathFinder.find_spec(module, places)
    return spec is not None and spec.loader is not None


def _is_released(name: str, content: bytes, release: Path | None) -> bool:
    if release is None:
        return False
    try:
        released = (release / name).read_bytes()
    except (OSError, ValueError):
        return False
    return content.replace(b"\r\n", b"\n") == released


def _sentence(reason: Reason, groups: Mapping[str, list[str]]) -> str:
    """ "json.py and torch/ (2 files) were ignored: …"; no more than a few are named."""
    named = [_named(top, names) for top, names in groups.items()]
    if len(named) > MAX_NAMED:
        named = [*named[: MAX_NAMED - 1], f"{len(named) - MAX_NAMED + 1} more"]
    one = len(named) == 1
    listed = named[0] if one else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"{listed} {'was' if one else 'were'} ignored: {reason.value[0 if one else 1]}."


def _named(top: str, names: list[str]) -> str:
    return shown(names[0]) if len(names) == 1 else f"{shown(top)}/ ({len(names)} files)"
