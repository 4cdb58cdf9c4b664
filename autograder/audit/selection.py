"""Chooses what to audit: everything, one part, or what can have changed since a revision."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..authoring.errors import AuthoringError
from ..authoring.percent import for_part
from ..authoring.regions import strip_markers
from ..course import Assignment, Part
from . import patches, wheats
from .audit import Selection
from .equivalents import read_equivalents
from .errors import AuditError
from .ground import CHECKS, without_gaps
from .mutants import BY_HAND, Mutant, mutants_of
from .reference import reference
from .subjects import own_parts
from .wheats import Wheat, wheats_of

PROBES = "probes.py"


@dataclass(frozen=True)
class Wanted:
    """What the user asked for; None is all."""

    part: str | None = None
    since: str | None = None


def select(assignment: Assignment, course_file: Path, wanted: Wanted) -> Selection:
    """What to audit; AuditError where an option or a file of the audit is wrong.

    An entry of the list of equivalent mutants that names no mutant is an error however little is
    selected.
    """
    every = mutants_of(assignment, reference(assignment))
    equivalents = read_equivalents(assignment)
    unknown = equivalents.unknown(mutant.id for mutant in every)
    if unknown:
        raise AuditError("\n".join(unknown))
    parts = parts_to_audit(assignment, wanted)
    mutants = [one for one in every if _is_in(parts, assignment, one.module)]
    chosen = [one for one in wheats_of(assignment) if _is_in(parts, assignment, one.module, True)]
    words = [f"part {wanted.part}"] if wanted.part is not None else []
    complete = frozenset(part.name for part in parts)
    if wanted.since is not None:
        words.append(f"what can have changed since {wanted.since}")
        changes = Changes.since(wanted.since, assignment, course_file)
        kept = [one for one in mutants if changes.concern(one, assignment)]
        chosen = [one for one in chosen if changes.concern_wheat(one, assignment)]
        left_out = {one.module for one in mutants if one not in kept}
        complete = frozenset(part.name for part in parts if not left_out.intersection(part.modules))
        mutants = kept
    return Selection(mutants, chosen, equivalents, complete, ", ".join(words))


def parts_to_audit(assignment: Assignment, wanted: Wanted) -> list[Part]:
    """The parts to grade in; AuditError where the wanted one is none of the assignment's."""
    if wanted.part is None:
        return list(assignment.parts)
    names = [part.name for part in assignment.parts]
    if wanted.part not in names:
        raise AuditError(
            f"--part: expected one of {', '.join(names)}, found {wanted.part!r}; name one of them"
        )
    return [assignment.part(wanted.part)]


@dataclass(frozen=True)
class Changes:
    """What is different from a revision: files of the assignment, by name, and functions.

    `everything` where the course file or the settings differ, which concern every check.
    """

    files: frozenset[str]
    functions: frozenset[tuple[str, str]]
    probes: frozenset[str]
    everything: bool

    @classmethod
    def since(cls, revision: str, assignment: Assignment, course_file: Path) -> Changes:
        """Compare the files on disk with those of a revision; AuditError where git can't."""
        folder = assignment.folder
        git = _Git(course_file.parent, revision)
        names = git.changed(folder)
        functions = {
            (module, function)
            for module in assignment.modules
            if f"{module}.py" in names
            for function in _changed_functions(
                git.text(folder / f"{module}.py"), folder / f"{module}.py"
            )
        }
        probes = set()
        if PROBES in names:
            before, now = git.text(folder / PROBES), (folder / PROBES).read_text(encoding="utf-8")
            for part in assignment.parts:
                if before is None or _differ(before, now, part.name):
                    probes.add(part.name)
        return cls(
            files=frozenset(names),
            functions=frozenset(functions),
            probes=frozenset(probes),
            everything="schema.py" in names or git.differs(course_file),
        )

    def concern(self, mutant: Mutant, assignment: Assignment) -> bool:
        """Can the mutant or what catches it have changed?"""
        patch = f"{patches.FOLDER}/{mutant.id.rpartition(':')[2]}{patches.SUFFIX}"
        return (
            self._concern_checks(own_parts(assignment, mutant.module))
            or (mutant.module, mutant.function) in self.functions
            or (mutant.operator == BY_HAND and patch in self.files)
        )

    def concern_wheat(self, wheat: Wheat, assignment: Assignment) -> bool:
        """The same of a wheat."""
        file = f"{wheats.FOLDER}/{wheat.id}.py"
        return self._concern_checks(own_parts(assignment, wheat.module)) or file in self.files

    def _concern_checks(self, parts: Sequence[Part]) -> bool:
        checks = [name for name in self.files if name.startswith(f"{CHECKS}/")]
        helpers = [name for name in checks if not Path(name).name.startswith("test_")]
        return (
            self.everything
            or bool(helpers)
            or any(
                f"{CHECKS}/test_{part.name}.py" in checks or part.name in self.probes
                for part in parts
            )
        )


class _Git:
    """The repository of a course, seen from one revision."""

    def __init__(self, folder: Path, revision: str) -> None:
        self.folder, self.revision = folder, revision
        found = self._run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if found is None:
            raise AuditError(
                f"--since: expected a revision that git knows in {folder}, found {revision!r}; "
                "name a branch, a tag or a commit"
            )

    def changed(self, folder: Path) -> set[str]:
        """The names below `folder` of files that differ, new ones too, relative to it."""
        listed = self._run("diff", "--name-only", "--relative", self.revision, "--", ".", at=folder)
        new = self._run("ls-files", "--others", "--exclude-standard", at=folder)
        return set((listed or "").splitlines()) | set((new or "").splitlines())

    def differs(self, path: Path) -> bool:
        return bool(self._run("diff", "--name-only", self.revision, "--", str(path)))

    def text(self, path: Path) -> str | None:
        """A file as it was, None where there was none."""
        return self._run("show", f"{self.revision}:./{path.name}", at=path.parent)

    def _run(self, *arguments: str, at: Path | None = None) -> str | None:
        try:
            done = subprocess.run(
                ["git", "-C", str(at or self.folder), *arguments],
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )
        except FileNotFoundError:
            raise AuditError("--since: expected git, found none; install it") from None
        return done.stdout if done.returncode == 0 else None


def _differ(before: str, now: str, part: str) -> bool:
    return without_gaps(for_part(before, part)) != without_gaps(for_part(now, part))


def _changed_functions(before: str | None, path: Path) -> set[str]:
    now = _functions(path.read_text(encoding="utf-8"), path)
    try:
        then = {} if before is None else _functions(before, path)
    except (SyntaxError, AuthoringError):
        then = {}
    return {name for name, code in now.items() if then.get(name) != code}


def _functions(text: str, path: Path) -> dict[str, str]:
    """The code of each function and method of a module, whatever its comments."""
    found = {}
    for node in ast.parse(strip_markers(text, path)).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = ast.dump(node)
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    found[f"{node.name}.{inner.name}"] = ast.dump(inner)
    return found


def _is_in(
    parts: Sequence[Part], assignment: Assignment, module: str, any_part: bool = False
) -> bool:
    own = own_parts(assignment, module)
    return any(part in own or (any_part and module in part.modules) for part in parts)
