"""Makes a module of a notebook, in which only what a graded definition needs is ever run.

A name is looked up when it is asked for: its last definition in the notebook, the imports,
definitions and assignments that this one needs, and theirs. Plots, magics and cells that train
for an hour are never touched.
"""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from .cells import read_cells
from .names import DEFINITIONS, IMPORTS
from .program import Leaf, Program, reduced

# What the statements that are run call, to keep the values they made and to put them back.
_KEEP, _PUT = "_kit_keep", "_kit_put"


class NotebookModule(ModuleType):
    """The notebook at `path` as a module that runs a definition when it is asked for."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name)
        self.__file__ = str(path)
        self.__dict__["_kit_program"] = None
        self.__dict__["_kit_failures"] = {}

    def load(self) -> None:
        """Read the notebook; ValueError where the file is none."""
        program = Program()
        for cell in read_cells(Path(str(self.__file__))):
            program.add(cell)
        self.__dict__["_kit_program"] = program

        def keep(index: int) -> None:
            leaf = program.leaves[index]
            leaf.values = {n: self.__dict__[n] for n in leaf.binds if n in self.__dict__}

        self.__dict__[_KEEP] = keep
        self.__dict__[_PUT] = lambda index: self.__dict__.update(program.leaves[index].values)

    def defined(self) -> set[str]:
        """The functions and classes that the notebook defines."""
        program: Program = self.__dict__["_kit_program"]
        return {leaf.node.name for leaf in program.leaves if isinstance(leaf.node, DEFINITIONS)}

    def __getattr__(self, name: str) -> Any:
        program: Program | None = self.__dict__.get("_kit_program")
        if program is None:
            raise AttributeError(name)
        if name == "__all__":
            return self._public(program)
        if name.startswith("__"):
            raise AttributeError(name)
        failures: dict[str, tuple[Exception, TracebackType | None]] = self.__dict__["_kit_failures"]
        if name in failures:
            error, trace = failures[name]
            raise error.with_traceback(trace)
        try:
            self._run(program, name)
        except Exception as error:
            failures[name] = error, error.__traceback__
            raise
        if name not in self.__dict__:
            file = Path(str(self.__file__)).name
            raise AttributeError(f"{file} defines no {name!r}", name=name, obj=self)
        return self.__dict__[name]

    def _public(self, program: Program) -> list[str]:
        """What `from notebook import *` gives: the definitions that work and what they need."""
        if program.binding("__all__", len(program.leaves)):
            self._run(program, "__all__")
            return list(self.__dict__["__all__"])
        for name in sorted(self.defined()):
            try:
                getattr(self, name)
            except Exception:
                continue
        return [name for name in self.__dict__ if not name.startswith("_")]

    def _run(self, program: Program, name: str) -> None:
        error = program.syntax_error(name)
        if error is not None:
            raise error.with_traceback(None)
        needed, may_fail = program.needed_for(name)
        settled = self._settled(program, needed)
        try:
            for top in sorted({leaf.top for leaf in needed}):
                leaves = [leaf for leaf in needed if leaf.top == top]
                self._run_top(program, leaves, may_fail)
        finally:
            self._settle(program, needed, settled)

    def _run_top(self, program: Program, leaves: list[Leaf], may_fail: set[int]) -> None:
        """Run those of a top-level statement's leaves that haven't been run."""
        pending = [leaf for leaf in leaves if not leaf.done]
        filename, statement = program.tops[leaves[0].top]
        body = reduced([statement], {id(leaf.node): _in_place_of(leaf) for leaf in leaves})
        tree = ast.fix_missing_locations(ast.Module(body, []))
        code = compile(tree, filename, "exec", program.flags, dont_inherit=True)
        for leaf in pending:
            # Beforehand, so that notebooks that import each other don't run it again.
            leaf.done = True
        try:
            exec(code, self.__dict__)
        except BaseException as error:
            spared = isinstance(error, Exception) and self._does_without(pending, may_fail)
            for leaf in pending:
                leaf.done = spared and leaf.index not in may_fail
            if not spared:
                raise

    def _does_without(self, leaves: list[Leaf], may_fail: set[int]) -> bool:
        """Is it no loss that these statements failed?

        `import a.b` isn't where `a` is there already.
        """
        return all(
            leaf.index in may_fail
            or (isinstance(leaf.node, ast.Import) and leaf.adds() and self._has(leaf.binds))
            for leaf in leaves
        )

    def _has(self, names: frozenset[str]) -> bool:
        return names <= self.__dict__.keys()

    def _settled(self, program: Program, needed: list[Leaf]) -> dict[str, Any]:
        """The values that names have now because of statements after the needed ones."""
        last: dict[str, Leaf] = {}
        for leaf in program.leaves:
            if leaf.done or leaf in needed:
                last.update(dict.fromkeys(leaf.binds, leaf))
        names = {name for leaf in needed for name in leaf.binds}
        return {
            name: self.__dict__[name] for name in names if last[name].done and name in self.__dict__
        }

    def _settle(self, program: Program, needed: list[Leaf], settled: dict[str, Any]) -> None:
        """Leave no value behind that isn't the name's last one."""
        for name in {name for leaf in needed for name in leaf.binds}:
            if not all(leaf.done for leaf in program.binding(name, len(program.leaves))):
                self.__dict__.pop(name, None)
        self.__dict__.update(settled)


def _in_place_of(leaf: Leaf) -> list[ast.stmt]:
    """The statement and a note of its values; once it has run, only the values it made."""
    if not leaf.done:
        return [leaf.node, *ast.parse(f"{_KEEP}({leaf.index})").body]
    if leaf.values or not isinstance(leaf.node, IMPORTS):
        return list(ast.parse(f"{_PUT}({leaf.index})").body)
    # In a `try`, whether an import fails decides what else is run.
    return [leaf.node]
