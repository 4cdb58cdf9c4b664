"""Finds, among all statements of a notebook, those that the value of a name depends on."""

from __future__ import annotations
import __future__ as future

import ast
import builtins
import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .cells import Cell
from .names import ASSIGNMENTS, DEFINITIONS, IMPORTS, Names, bound_names, names_of, target_names

_BODIES = ("body", "orelse", "finalbody")
STAR = "*"


@dataclass(eq=False)
class Leaf:
    """An import, a definition or an assignment, also inside `with`, `if` and `try`.

    `index` is its place among the leaves, `top` that of the top-level statement around it.
    `values` are those that it gave to the names it binds, once it is `done`.
    """

    node: ast.stmt
    index: int
    top: int
    conditional: bool
    binds: frozenset[str]
    needs: Names
    done: bool = False
    values: dict[str, Any] = field(default_factory=dict)

    def replaces(self, name: str) -> bool:
        """Does the value from before no longer matter after this statement?"""
        if self.conditional or isinstance(self.node, ast.AugAssign) or name == STAR:
            return False
        return not self.adds() and name not in self.needs.at_once

    def adds(self) -> bool:
        """Is this an `import a.b`, which adds to the `a` that is there?"""
        return isinstance(self.node, ast.Import) and any(
            "." in one.name and not one.asname for one in self.node.names
        )


@dataclass
class Program:
    """All statements of a notebook that could ever be run, in document order.

    `tops` are the top-level statements with the names of their cells. `broken` maps names to the
    cell with a syntax error that seems to define them: its place among `tops` and its error.
    """

    tops: list[tuple[str, ast.stmt]] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    broken: dict[str, tuple[int, SyntaxError]] = field(default_factory=dict)
    binders: dict[str, list[Leaf]] = field(default_factory=dict)
    flags: int = 0

    def add(self, cell: Cell) -> None:
        """Add the statements of the next cell."""
        if cell.error is not None:
            for name in cell.defines:
                self.broken[name] = (len(self.tops), cell.error)
        for whole in cell.statements:
            if isinstance(whole, ast.ImportFrom) and whole.module == "__future__":
                for alias in whole.names:
                    feature = getattr(future, alias.name, None)
                    self.flags |= getattr(feature, "compiler_flag", 0)
                continue
            for statement in _OneNameAnImport().statements(whole):
                top = len(self.tops)
                self.tops.append((cell.filename, statement))
                self._collect(statement, _Around(top))

    def binding(self, name: str, before: int) -> list[Leaf]:
        """The leaves that make up the value of `name` just before the leaf with that index."""
        found = [leaf for leaf in self.binders.get(name, ()) if leaf.index < before]
        starts = [index for index, leaf in enumerate(found) if leaf.replaces(name)]
        return found[starts[-1] :] if starts else found

    def syntax_error(self, name: str) -> SyntaxError | None:
        """The error of the cell that seems to hold the last definition of `name`."""
        if name not in self.broken:
            return None
        position, error = self.broken[name]
        before = all(leaf.top < position for leaf in self.binding(name, len(self.leaves)))
        return error if before else None

    def needed_for(self, name: str) -> tuple[list[Leaf], set[int]]:
        """What has to run before `name` can be used, in document order.

        Also the indices of those that may fail: an import of everything from a module, where all
        names are known without it.
        """
        end = len(self.leaves)
        # Names, the leaf before which their value counts, and the one that may call what it holds.
        wanted, seen = [(name, end, end)], set()
        chosen: set[int] = set()
        required: set[int] = set()
        while wanted:
            current, before, place = wanted.pop()
            if (current, before, place) in seen:
                continue
            seen.add((current, before, place))
            leaves = self.binding(current, before) or self.binding(current, end)
            known = bool(leaves) or hasattr(builtins, current)
            if not leaves:
                leaves = self.binding(STAR, before)
            if leaves and not (known and leaves[0].binds == {STAR}):
                required.update(leaf.index for leaf in leaves)
            for leaf in leaves:
                chosen.add(leaf.index)
                for need in leaf.needs.at_once:
                    wanted += [(need, leaf.index, leaf.index), (need, leaf.index, place)]
                for need in leaf.needs.later:
                    wanted.append((need, place, place))
                    if isinstance(leaf.node, ASSIGNMENTS):
                        wanted.append((need, leaf.index, leaf.index))
        return [self.leaves[index] for index in sorted(chosen)], chosen - required

    def _collect(self, node: ast.stmt, around: _Around) -> None:
        """Add the leaves of `node`."""
        if isinstance(node, (*DEFINITIONS, *IMPORTS, *ASSIGNMENTS)):
            binds = frozenset(bound_names(node))
            if binds:
                own = names_of(node)
                needs = Names((own.at_once - around.bound) | around.looked_up, own.later)
                place = len(self.leaves), around.top
                leaf = Leaf(node, *place, around.conditional, binds, needs)
                self.leaves.append(leaf)
                for name in binds:
                    self.binders.setdefault(name, []).append(leaf)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            header = ast.With(items=node.items, body=[ast.Pass()])
            targets = [item.optional_vars for item in node.items if item.optional_vars is not None]
            bound = {name for target in targets for name in target_names(target)}
            inner = around.within(names_of(header).at_once, bound)
            for child in node.body:
                self._collect(child, inner)
        elif isinstance(node, ast.If):
            inner = around.within(names_of(ast.Expr(node.test)).at_once, conditional=True)
            for child in (*node.body, *node.orelse):
                self._collect(child, inner)
        elif isinstance(node, ast.Try):
            self._collect_try(node, around)

    def _collect_try(self, node: ast.Try, around: _Around) -> None:
        types = [handler.type for handler in node.handlers if handler.type is not None]
        errors = {name for handler in node.handlers if (name := handler.name)}
        looked_up = {name for one in types for name in names_of(ast.Expr(one)).at_once}
        inner = around.within(looked_up, errors, conditional=True)
        for child in _children(node):
            self._collect(child, inner)
            if node.handlers and isinstance(child, IMPORTS) and child in node.body:
                # Whether an import fails decides which of the statements after it are run.
                inner = inner.within({*bound_names(child)} - {STAR})


@dataclass(frozen=True)
class _Around:
    """What stands around a statement: the names looked up and bound there, and is it a branch?"""

    top: int
    conditional: bool = False
    looked_up: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()

    def within(
        self, looked_up: Iterable[str], bound: Iterable[str] = (), conditional: bool = False
    ) -> _Around:
        return _Around(
            self.top,
            self.conditional or conditional,
            self.looked_up.union(looked_up) - self.bound,
            self.bound.union(bound),
        )


def reduced(body: list[ast.stmt], chosen: Mapping[int, list[ast.stmt]]) -> list[ast.stmt]:
    """`body` with only the chosen statements, also in the bodies of its statements.

    `chosen` maps the ids of statements to what stands for them.
    """
    kept: list[ast.stmt] = []
    for node in body:
        if id(node) in chosen:
            kept += [ast.copy_location(one, node) for one in chosen[id(node)]]
        elif _holds(node, chosen):
            kept.append(_shorter(node, chosen))
    return kept or [ast.copy_location(ast.Pass(), body[0])]


def _shorter(node: ast.stmt, chosen: Mapping[int, list[ast.stmt]]) -> ast.stmt:
    shorter = copy.copy(node)
    for name in _BODIES:
        body = getattr(node, name, None)
        if body:
            setattr(shorter, name, reduced(body, chosen))
    if isinstance(node, ast.Try) and isinstance(shorter, ast.Try):
        shorter.handlers = [
            ast.copy_location(
                ast.ExceptHandler(handler.type, handler.name, reduced(handler.body, chosen)),
                handler,
            )
            for handler in node.handlers
        ]
    return shorter


def _holds(node: ast.stmt, chosen: Mapping[int, list[ast.stmt]]) -> bool:
    if id(node) in chosen:
        return True
    if isinstance(node, (ast.With, ast.AsyncWith, ast.If, ast.Try)):
        return any(_holds(child, chosen) for child in _children(node))
    return False


def _children(node: ast.stmt) -> Iterator[ast.stmt]:
    """The statements in the bodies of `node`, in document order."""
    yield from getattr(node, "body", [])
    for handler in getattr(node, "handlers", []):
        yield from handler.body
    yield from getattr(node, "orelse", [])
    yield from getattr(node, "finalbody", [])


class _OneNameAnImport(ast.NodeTransformer):
    """`import a, b` as two statements, so that an `a` that is missing doesn't take `b` with it."""

    def visit_Import(self, node: ast.Import) -> list[ast.stmt]:
        return [ast.copy_location(ast.Import([name]), node) for name in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> list[ast.stmt]:
        module, level = node.module, node.level
        return [ast.copy_location(ast.ImportFrom(module, [n], level), node) for n in node.names]

    def statements(self, node: ast.stmt) -> list[ast.stmt]:
        found = self.visit(node)
        return found if isinstance(found, list) else [found]
