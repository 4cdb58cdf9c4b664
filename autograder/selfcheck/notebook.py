"""Makes a module of a notebook, in which only what a graded definition needs is ever run.

A name is looked up when it is asked for: its last definition in the notebook, the imports,
definitions and assignments that this one needs, and theirs. Plots, magics and cells that train
for an hour are never touched.
"""

from __future__ import annotations
import __future__ as future

import ast
import builtins
import copy
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from .cells import Cell, read_cells

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_BODIES = ("body", "orelse", "finalbody")
_STAR = "*"


@dataclass(eq=False)
class Leaf:
    """An import, a definition or an assignment, also inside `with`, `if` and `try`."""

    node: ast.stmt
    top: int
    conditional: bool
    binds: frozenset[str]
    needs: frozenset[str]
    done: bool = False

    def replaces(self, name: str) -> bool:
        """Does the value from before no longer matter after this statement?"""
        if self.conditional or isinstance(self.node, ast.AugAssign):
            return False
        if isinstance(self.node, (ast.Assign, ast.AnnAssign)):
            return name not in self.needs
        return name not in _evaluated_names(self.node)


@dataclass
class _Program:
    """All statements of a notebook that could ever be run, in document order."""

    tops: list[tuple[str, ast.stmt]] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    broken: dict[str, tuple[int, SyntaxError]] = field(default_factory=dict)
    flags: int = 0

    def add(self, cell: Cell) -> None:
        if cell.error is not None:
            for name in cell.defines:
                self.broken[name] = (len(self.tops), cell.error)
        for statement in cell.statements:
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                for alias in statement.names:
                    self.flags |= getattr(future, alias.name).compiler_flag
                continue
            top = len(self.tops)
            self.tops.append((cell.filename, statement))
            self.leaves.extend(_leaves(statement, top, conditional=False, header=frozenset()))

    def binding(self, name: str) -> list[Leaf]:
        """The statements that make up the last value of `name`."""
        found = [leaf for leaf in self.leaves if name in leaf.binds]
        starts = [index for index, leaf in enumerate(found) if leaf.replaces(name)]
        return found[starts[-1] :] if starts else found

    def needed_for(self, name: str) -> list[Leaf]:
        """What has to run before `name` can be used, in document order."""
        wanted, seen = [name], set()
        chosen: dict[int, Leaf] = {}
        while wanted:
            current = wanted.pop()
            if current in seen:
                continue
            seen.add(current)
            leaves = self.binding(current)
            if not leaves and not hasattr(builtins, current):
                leaves = [leaf for leaf in self.leaves if _STAR in leaf.binds]
            for leaf in leaves:
                if id(leaf) not in chosen:
                    chosen[id(leaf)] = leaf
                    wanted.extend(leaf.needs)
        return [leaf for leaf in self.leaves if id(leaf) in chosen]


class NotebookModule(ModuleType):
    """The notebook at `path` as a module that runs a definition when it is asked for."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name)
        self.__file__ = str(path)
        self.__dict__["_kit_program"] = None
        self.__dict__["_kit_failures"] = {}

    def load(self) -> None:
        """Read the notebook; ValueError where the file is none."""
        program = _Program()
        for cell in read_cells(Path(str(self.__file__))):
            program.add(cell)
        self.__dict__["_kit_program"] = program

    def defined(self) -> set[str]:
        """The functions and classes that the notebook defines."""
        program: _Program = self.__dict__["_kit_program"]
        return {leaf.node.name for leaf in program.leaves if isinstance(leaf.node, _DEFINITIONS)}

    def __getattr__(self, name: str) -> Any:
        program: _Program | None = self.__dict__.get("_kit_program")
        if name.startswith("__") or program is None:
            raise AttributeError(name)
        failures: dict[str, BaseException] = self.__dict__["_kit_failures"]
        if name in failures:
            raise failures[name]
        try:
            self._run(program, name)
        except Exception as error:
            failures[name] = error
            raise
        if name not in self.__dict__:
            file = Path(str(self.__file__)).name
            raise AttributeError(f"{file} defines no {name!r}", name=name, obj=self)
        return self.__dict__[name]

    def _run(self, program: _Program, name: str) -> None:
        if name in program.broken:
            position, error = program.broken[name]
            if all(leaf.top < position for leaf in program.binding(name)):
                raise error
        leaves = [leaf for leaf in program.needed_for(name) if not leaf.done]
        for top in sorted({leaf.top for leaf in leaves}):
            filename, statement = program.tops[top]
            chosen = [leaf for leaf in leaves if leaf.top == top]
            reduced = _reduced(statement, {id(leaf.node) for leaf in chosen})
            tree = ast.fix_missing_locations(ast.Module([reduced], []))
            exec(compile(tree, filename, "exec", program.flags, dont_inherit=True), self.__dict__)
            for leaf in chosen:
                leaf.done = True


def _leaves(node: ast.stmt, top: int, conditional: bool, header: frozenset[str]) -> Iterator[Leaf]:
    if isinstance(node, (*_DEFINITIONS, *_IMPORTS, ast.Assign, ast.AnnAssign, ast.AugAssign)):
        binds = frozenset(_bound_names(node))
        if binds:
            yield Leaf(node, top, conditional, binds, frozenset(_global_names(node)) | header)
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        context = ast.With(items=node.items, body=[ast.Pass()])
        inner = header | _global_names(context)
        bound = frozenset(
            name
            for item in node.items
            if item.optional_vars is not None
            for name in _target_names(item.optional_vars)
        )
        for child in node.body:
            yield from _leaves(child, top, conditional, inner - bound)
    elif isinstance(node, (ast.If, ast.Try)):
        inner = header
        if isinstance(node, ast.If):
            inner = header | _global_names(ast.Expr(node.test))
        else:
            for handler in node.handlers:
                if handler.type is not None:
                    inner = inner | _global_names(ast.Expr(handler.type))
        for child in _children(node):
            yield from _leaves(child, top, True, inner)


def _children(node: ast.stmt) -> Iterator[ast.stmt]:
    for name in _BODIES:
        yield from getattr(node, name, [])
    for handler in getattr(node, "handlers", []):
        yield from handler.body


def _reduced(node: ast.stmt, chosen: set[int]) -> ast.stmt:
    """`node` with only the chosen statements in its bodies."""
    if id(node) in chosen:
        return node
    reduced = copy.copy(node)
    for name in _BODIES:
        body = getattr(node, name, None)
        if body:
            setattr(reduced, name, _reduced_body(body, chosen))
    if isinstance(node, ast.Try) and isinstance(reduced, ast.Try):
        reduced.handlers = [
            ast.copy_location(
                ast.ExceptHandler(handler.type, handler.name, _reduced_body(handler.body, chosen)),
                handler,
            )
            for handler in node.handlers
        ]
    return reduced


def _reduced_body(body: list[ast.stmt], chosen: set[int]) -> list[ast.stmt]:
    kept = [_reduced(child, chosen) for child in body if _holds(child, chosen)]
    return kept or [ast.copy_location(ast.Pass(), body[0])]


def _holds(node: ast.stmt, chosen: set[int]) -> bool:
    if id(node) in chosen:
        return True
    if isinstance(node, (ast.With, ast.AsyncWith, ast.If, ast.Try)):
        return any(_holds(child, chosen) for child in _children(node))
    return False


def _bound_names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, _DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _target_names(target)
    elif isinstance(node, ast.AugAssign) or (
        isinstance(node, ast.AnnAssign) and node.value is not None
    ):
        yield from _target_names(node.target)


def _target_names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _target_names(element)
    elif isinstance(target, (ast.Subscript, ast.Attribute, ast.Starred)):
        yield from _target_names(target.value)


def _global_names(node: ast.stmt) -> frozenset[str]:
    """The names that `node`, when it runs or is called, looks up in the module."""
    source = ast.unparse(ast.fix_missing_locations(ast.Module([node], [])))
    try:
        table = symtable.symtable(source, "cell", "exec")
    except SyntaxError:
        return frozenset()
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    if isinstance(node, ast.AugAssign):
        names.update(_target_names(node.target))
    inner = table.get_children()
    while inner:
        scope = inner.pop()
        inner.extend(scope.get_children())
        names.update(s.get_name() for s in scope.get_symbols() if s.is_global())
    return frozenset(names)


def _evaluated_names(node: ast.stmt) -> frozenset[str]:
    """The names that a definition looks up at once: decorators, defaults and bases."""
    expressions: list[ast.expr] = list(getattr(node, "decorator_list", []))
    if isinstance(node, ast.ClassDef):
        expressions += node.bases + [keyword.value for keyword in node.keywords]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        expressions += node.args.defaults + [d for d in node.args.kw_defaults if d is not None]
    found: set[str] = set()
    for expression in expressions:
        found |= _global_names(ast.Expr(expression))
    return frozenset(found)
