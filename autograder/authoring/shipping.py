"""Decides which source files reach students and cuts each to what they may see of it.

A file goes out because it is on the list, never because nobody thought of keeping it back.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..course import Assignment
from .errors import AuthoringError, located
from .listing import CHECKS, check_file, test_functions
from .percent import expect_known_parts
from .regions import clear_solutions, cut_hidden, region_error, scan, strip_markers
from .stubs import stub_for

HANDOUT = "README.md"
PROBES = "probes.py"
PROGRAMME = "train.py"
REQUIREMENTS = "requirements.txt"


@dataclass(frozen=True)
class Shipped:
    """A source file that reaches students; `name` is its path in the assignment's folder.

    `source` is all of it, `public` what students get, `reference` what the solutions hold.
    """

    name: str
    path: Path
    source: str
    public: str
    reference: str


def shipped_files(assignment: Assignment) -> list[Shipped]:
    """What goes out, ordered by name; raises AuthoringError where a file is missing or unfit."""
    found = [_module(assignment, module) for module in assignment.modules]
    found += [_other(assignment.folder, name) for name in (HANDOUT, PROBES, REQUIREMENTS)]
    if (assignment.folder / PROGRAMME).is_file():
        found.append(_other(assignment.folder, PROGRAMME))
    probes = next(file for file in found if file.name == PROBES)
    expect_known_parts(probes.source, probes.path, [part.name for part in assignment.parts])
    found += _checks(assignment)
    return sorted(found, key=lambda file: file.name)


def read_source(path: Path) -> str:
    """The text of a source file with LF at the ends of lines; AuthoringError where it has none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise AuthoringError(located(path, None, "a file", "none", "write it")) from None
    except UnicodeDecodeError as error:
        found, fix = f"bytes that are not ({error.reason})", "save it as UTF-8"
        raise AuthoringError(located(path, None, "text in UTF-8", found, fix)) from None
    return text if text.endswith("\n") or not text else text + "\n"


def _module(assignment: Assignment, module: str) -> Shipped:
    name = f"{module}.py"
    path = assignment.folder / name
    text = read_source(path)
    if not any(region.kind == "solution" for region in scan(text, path)):
        expected, fix = "a solution region", "mark what students write"
        raise AuthoringError(located(path, None, expected, "none", fix))
    public = clear_solutions(text, path, lambda region: stub_for(text, region, module, path))
    return Shipped(name, path, text, public, strip_markers(text, path))


def _other(folder: Path, name: str) -> Shipped:
    path = folder / name
    text = read_source(path)
    for region in scan(text, path):
        if region.kind == "solution" and path.suffix == ".py":
            expected, fix = "solutions in the course's modules only", "move it, or hide it as tests"
            raise region_error(path, region.begin, expected, "one here", fix)
    public = clear_solutions(cut_hidden(text, path), path, "")
    return Shipped(name, path, text, public, strip_markers(text, path))


def _checks(assignment: Assignment) -> Iterator[Shipped]:
    """The check files with a public check in them, and the helpers that those import."""
    helpers = {
        path.stem: path
        for path in sorted((assignment.folder / CHECKS).glob("*.py"))
        if not path.name.startswith("test_")
    }
    wanted: list[str] = []
    for part in assignment.parts:
        file = _other(assignment.folder, f"{CHECKS}/{check_file(assignment, part).name}")
        if test_functions(ast.parse(file.public)):
            wanted += _imported_helpers(file, helpers)
            yield file
    sent: set[str] = set()
    while wanted:
        helper = wanted.pop()
        if helper not in sent:
            sent.add(helper)
            file = _other(assignment.folder, f"{CHECKS}/{helpers[helper].name}")
            wanted += _imported_helpers(file, helpers)
            yield file


def _imported_helpers(file: Shipped, helpers: dict[str, Path]) -> list[str]:
    """Raises AuthoringError for one that only hidden checks use: it would give them away."""
    tree = ast.parse(file.public)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "").removeprefix(CHECKS).removeprefix(".")
            names = [module] if module else names
        here = [name for name in names if name in helpers]
        bound = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        if here and not bound <= used | {"*"}:
            expected = f"{', '.join(sorted(bound - used))} to be used by a public check"
            found_, fix = "hidden checks only", "import it within the hidden region"
            line = _line_in_source(file.source, ast.unparse(node))
            raise AuthoringError(located(file.path, line, expected, found_, fix))
        found += here
    return found


def _line_in_source(source: str, statement: str) -> int:
    """The line of the import that reads `statement`, once written plainly."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom) and ast.unparse(node) == statement:
            return node.lineno
    return 1
