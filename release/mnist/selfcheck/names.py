"""Finds the names that a statement binds and those that it looks up, by Python's rules."""

from __future__ import annotations

import ast
import copy
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)


@dataclass(frozen=True)
class Names:
    """Names of the module that a statement looks up.

    `at_once` when it runs, `later` when the functions that it makes are called.
    """

    at_once: frozenset[str]
    later: frozenset[str]


def bound_names(node: ast.stmt) -> Iterator[str]:
    """The names whose value an import, a definition or an assignment makes or changes."""
    if isinstance(node, DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name
    elif isinstance(node, ASSIGNMENTS) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield from target_names(target)
        for inner in ast.walk(node.value):
            if isinstance(inner, ast.NamedExpr):
                yield inner.target.id


def target_names(target: ast.expr) -> Iterator[str]:
    """The names that an assignment to `target` binds, or whose value it changes in place."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from target_names(element)
    elif isinstance(target, (ast.Subscript, ast.Attribute, ast.Starred)):
        yield from target_names(target.value)


def names_of(node: ast.stmt) -> Names:
    """What `node` looks up in the module, now and later."""
    try:
        tree = ast.Module([_Generators().visit(copy.deepcopy(node))], [])
        table = symtable.symtable(ast.unparse(ast.fix_missing_locations(tree)), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError):
        every = frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
        return Names(every, every)
    at_once = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    later: set[str] = set()
    for child in table.get_children():
        _scan(child, at_once, later)
    if isinstance(node, ast.AugAssign):
        at_once.update(target_names(node.target))
    if isinstance(node, ast.ClassDef):
        at_once.update(_before_shadowed(node))
    return Names(frozenset(at_once), frozenset(later))


def _scan(table: symtable.SymbolTable, at_once: set[str], later: set[str]) -> None:
    is_called_later = table.get_type() == "function" and table.get_name() != "genexpr"
    into = later if is_called_later else at_once
    into.update(symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    for child in table.get_children():
        _scan(child, later if is_called_later else at_once, later)


def _before_shadowed(node: ast.ClassDef) -> Iterator[str]:
    """In `class A: x = x` the second `x` is the module's."""
    bound: set[str] = set()
    for statement in node.body:
        if isinstance(statement, ASSIGNMENTS):
            yield from names_of(statement).at_once - bound
        bound.update(bound_names(statement))


class _Generators(ast.NodeTransformer):
    """Comprehensions as generators, which have a scope of their own in every version of Python."""

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self.generic_visit(ast.GeneratorExp(node.elt, node.generators))

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self.generic_visit(ast.GeneratorExp(node.elt, node.generators))

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        pair = ast.Tuple([node.key, node.value], ast.Load())
        return self.generic_visit(ast.GeneratorExp(pair, node.generators))
