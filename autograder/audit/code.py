"""Makes wrong versions of one module, each by one change within what students write."""

from __future__ import annotations

import ast
import difflib
import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from .operators import OPERATORS, Change, Operator, Place
from .operators.syntax import calls

_CONTEXT = 3
_DEFINITION = (ast.FunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Wrong:
    """One wrong version of a module: `text` is all of it, `line` where it begins to differ."""

    operator: Operator
    function: str
    line: int
    text: str
    digest: str
    """Of the changed code alone, whatever the comments, the spacing and the code around it."""


def wrong_versions(
    text: str,
    written: Sequence[range],
    settings: Mapping[str, object],
    operators: Sequence[Operator] = OPERATORS,
) -> list[Wrong]:
    """Every wrong version of the module `text`, in the order of its lines.

    `written` are the lines that students write: only functions and classes with such a line are
    changed. What another operator has made already, what is no Python, and what is the same code
    as before is left out.
    """
    wrapper = MetadataWrapper(cst.parse_module(text))
    module = wrapper.module
    positions = wrapper.resolve(PositionProvider)
    known = {ast.dump(ast.parse(text))}
    found: list[Wrong] = []
    for index, unit in enumerate(module.body):
        if not isinstance(unit, (cst.FunctionDef, cst.ClassDef)):
            continue
        span = positions[unit]
        if not any(span.start.line <= line <= span.end.line for lines in written for line in lines):
            continue
        before = _plain(module.code_for_node(unit))
        for operator, place, (old, new) in _changes(unit, settings, operators):
            changed = unit.visit(_Replacing(old, new))
            assert isinstance(changed, (cst.FunctionDef, cst.ClassDef))
            body = [*module.body[:index], changed, *module.body[index + 1 :]]
            whole = module.with_changes(body=body).code
            try:
                tree = ast.parse(whole)
            except SyntaxError:
                continue
            if ast.dump(tree) in known:
                continue
            known.add(ast.dump(tree))
            after = _plain(module.code_for_node(changed))
            found.append(
                Wrong(
                    operator=operator,
                    function=_name(unit, place),
                    line=first_difference(text, whole),
                    text=whole,
                    digest=_digest(before, after),
                )
            )
    return sorted(found, key=lambda wrong: wrong.line)


def difference(before: str, after: str, name: str) -> str:
    """A unified diff of two versions of the file `name`."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), name, name, n=_CONTEXT, lineterm=""
    )
    return "\n".join(lines)


def first_difference(before: str, after: str) -> int:
    """The number of the first line in which two texts differ, from 1."""
    pairs = zip(before.split("\n"), after.split("\n"), strict=False)
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)
    return 1 + sum(1 for _ in same)


def functions_changed(before: str, after: str) -> Iterator[str]:
    """Where each change of a text begins: `function_at` its place in `before`."""
    one, other = before.split("\n"), after.split("\n")
    for kind, begin, *_ in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind != "equal":
            yield function_at(before, begin + 1)


def function_at(text: str, line: int) -> str:
    """The function or method that a line of `text` stands in, "" where it stands in none."""
    found = ""
    for node in ast.parse(text).body:
        if isinstance(node, _DEFINITION) and node.lineno <= line <= (node.end_lineno or 0):
            found = node.name
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(inner, _DEFINITION) and inner.lineno <= line:
                    found = f"{node.name}.{inner.name}"
    return found


def _changes(
    unit: cst.FunctionDef | cst.ClassDef,
    settings: Mapping[str, object],
    operators: Sequence[Operator],
) -> Iterator[tuple[Operator, Place, Change]]:
    parents: dict[cst.CSTNode, cst.CSTNode] = {}
    places = list(_walk(unit, Place(parents, settings=settings), parents))
    for operator in operators:
        for node, place in places:
            for change in operator.changes(node, place):
                yield operator, place, change


def _walk(
    node: cst.CSTNode, place: Place, parents: dict[cst.CSTNode, cst.CSTNode]
) -> Iterator[tuple[cst.CSTNode, Place]]:
    """The nodes that do something: no annotations, no texts for people, nothing printed."""
    if isinstance(node, cst.FunctionDef):
        place = Place(parents, node, place.class_, place.settings)
    elif isinstance(node, cst.ClassDef):
        place = Place(parents, place.function, node, place.settings)
    if isinstance(node, (cst.Annotation, cst.BaseParenthesizableWhitespace)) or _is_for_people(
        node
    ):
        return
    yield node, place
    for child in node.children:
        parents[child] = node
        yield from _walk(child, place, parents)


def _is_for_people(node: cst.CSTNode) -> bool:
    if calls(node, "print"):
        return True
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    [first, *_] = node.body
    return isinstance(first, cst.Expr) and isinstance(
        first.value, (cst.SimpleString, cst.ConcatenatedString)
    )


class _Replacing(cst.CSTTransformer):
    def __init__(self, old: cst.CSTNode, new: object) -> None:
        super().__init__()
        self.old, self.new = old, new

    # `new` may be whatever can stand in place of `old`, which libcst's own types don't say.
    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> object:  # type: ignore[override]
        return self.new if original_node is self.old else updated_node


def _name(unit: cst.FunctionDef | cst.ClassDef, place: Place) -> str:
    if isinstance(unit, cst.ClassDef) and place.function is not None:
        return f"{unit.name.value}.{place.name}"
    return unit.name.value


def _plain(code: str) -> list[str]:
    return ast.unparse(ast.parse(code)).splitlines()


def _digest(before: list[str], after: list[str]) -> str:
    lines = difflib.unified_diff(before, after, n=0, lineterm="")
    changed = [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return hashlib.sha256("\n".join(changed).encode()).hexdigest()[:8]
