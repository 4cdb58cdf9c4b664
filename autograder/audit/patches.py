"""Reads bugs that no operator reaches: small patches of the reference in an assignment's folder.

The first line says what a student was thinking. `costs: 2`, on a line of its own below, says how
many points the bug is worth to the rubric. Then comes a unified diff of one module. A hunk is found
by its lines and not by its numbers, so edits elsewhere in the module don't matter to it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from ..authoring.errors import located
from ..course import Assignment
from .errors import AuditError
from .reference import Module

FOLDER = "mutants"
SUFFIX = ".patch"
_COSTS = re.compile(r"costs:\s*(.*)")
_HUNK = re.compile(r"@@ .*@@")


@dataclass(frozen=True)
class Hunk:
    """Lines that stand in the reference one after the other, and those that stand there instead."""

    line: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass
class Patch:
    """One patch as it is written; `line` of a hunk is where it begins in the patch."""

    path: Path
    thought: str = ""
    costs: float | None = None
    file: str = ""
    hunks: list[Hunk] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path.stem


def read_patches(assignment: Assignment) -> list[Patch]:
    """All patches of an assignment, by name; AuditError where one can't be read."""
    return [read_patch(path) for path in sorted((assignment.folder / FOLDER).glob(f"*{SUFFIX}"))]


def read_patch(path: Path) -> Patch:
    """The patch in a file; AuditError where it can't be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise _error(path, 1, "text in UTF-8", "other bytes", "save it as UTF-8") from None
    patch = Patch(path)
    hunk: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        if hunk and not _HUNK.match(line):
            hunk.append((number, line))
        elif _HUNK.match(line):
            _close(patch, hunk)
            hunk = [(number, line)]
        else:
            _head(patch, number, line)
    _close(patch, hunk)
    if not patch.thought:
        fix = "begin with a line that says what a student was thinking"
        raise _error(path, 1, "a sentence", repr(lines[0]) if lines else "nothing", fix)
    if not patch.file or not patch.hunks:
        found = "no `+++`" if not patch.file else "no `@@ … @@`"
        raise _error(path, len(lines) or 1, "a unified diff of one module", found, "add the diff")
    return patch


def applied(patch: Patch, modules: dict[str, Module]) -> tuple[Module, str]:
    """The module that a patch is of, and its wrong text; AuditError where it doesn't apply."""
    by_file = {module.file: module for module in modules.values()}
    name = patch.file.rpartition("/")[2]
    if name not in by_file:
        expected = f"a diff of one of {', '.join(by_file)}"
        raise _error(patch.path, 1, expected, repr(patch.file), "name the file after `+++`")
    module = by_file[name]
    lines = module.text.split("\n")
    for hunk in patch.hunks:
        places = _places(lines, hunk.before)
        if len(places) != 1:
            found = f"{len(places)} such places" if places else "none"
            fix = (
                "give it more lines of context"
                if places
                else "make the patch again from the reference as it is now"
            )
            expected = f"lines that stand in the reference of {name} once"
            raise _error(patch.path, hunk.line, expected, found, fix)
        lines[places[0] : places[0] + len(hunk.before)] = hunk.after
    text = "\n".join(lines)
    try:
        ast.parse(text)
    except SyntaxError as error:
        found = f"{error.msg} on line {error.lineno} of {name}"
        fix = "a bug of a student is code that can be imported"
        raise _error(patch.path, 1, "Python once it is applied", found, fix) from None
    return module, text


def _head(patch: Patch, number: int, line: str) -> None:
    if line.startswith("+++ "):
        if patch.file:
            fix = "make two patches"
            raise _error(patch.path, number, "a diff of one module", "a second `+++`", fix)
        patch.file = line[4:].split("\t")[0].strip()
    elif costs := _COSTS.match(line):
        try:
            patch.costs = float(costs[1])
        except ValueError:
            fix = "write for example `costs: 2`"
            raise _error(patch.path, number, "a number of points", repr(costs[1]), fix) from None
    elif number == 1 and not line.startswith(("---", "diff ")):
        patch.thought = line.strip()


def _close(patch: Patch, hunk: list[tuple[int, str]]) -> None:
    if not hunk:
        return
    (begin, _), *rest = hunk
    before, after = [], []
    while rest and not rest[-1][1]:
        rest.pop()
    for number, line in rest:
        if line[:1] not in ("", " ", "-", "+", "\\"):
            fix = "begin each line with a space, - or +"
            raise _error(patch.path, number, "a line of a diff", repr(line), fix)
        if line[:1] in ("", " ", "-"):
            before.append(line[1:])
        if line[:1] in ("", " ", "+"):
            after.append(line[1:])
    if before == after:
        fix = "say with - and + what changes"
        raise _error(patch.path, begin, "a change", "none", fix)
    patch.hunks.append(Hunk(begin, tuple(before), tuple(after)))


def _places(lines: list[str], wanted: tuple[str, ...]) -> list[int]:
    first = range(len(lines) - len(wanted) + 1)
    return [one for one in first if tuple(lines[one : one + len(wanted)]) == wanted]


def _error(path: Path, line: int, expected: str, found: str, fix: str) -> AuditError:
    return AuditError(located(path, line, expected, found, fix))
