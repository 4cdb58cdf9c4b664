"""Ways to get a line wrong: it is forgotten, its result thrown away, a device or a key missed."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from .operator import Change, Operator, Place
from .syntax import call_of, is_call_of_method, names_in, only, receiver, renamed, with_arguments

_MOVES = ("to", "cuda", "cpu")


def _line_forgotten(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if call_of(node) is not None or isinstance(only(node), cst.AugAssign):
        yield node, cst.RemoveFromParent()


def _result_thrown_away(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    """`x = x.to(device)` becomes `x.to(device)`."""
    small = only(node)
    if not isinstance(small, cst.Assign) or len(small.targets) != 1:
        return
    targets = {name.value for name in names_in(small.targets[0])}
    values = small.value
    parts = [one.value for one in values.elements] if isinstance(values, cst.Tuple) else [values]
    moved = [
        one for one in parts if isinstance(one, cst.Call) and isinstance(one.func, cst.Attribute)
    ]
    if len(moved) == len(parts) and targets == {
        n.value for one in moved for n in names_in(receiver(one))
    }:
        yield small, cst.Expr(small.value)


def _move_forgotten(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call) and is_call_of_method(node, *_MOVES):
        yield node, receiver(node)


def _always_cuda(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call) and is_call_of_method(node, "to") and node.args:
        yield node, with_arguments(node.with_changes(func=renamed(node.func, "cuda")), [])


def _keys(node: cst.CSTNode) -> Iterator[cst.SimpleString]:
    """The texts that something is kept under."""
    if isinstance(node, cst.DictElement) and isinstance(node.key, cst.SimpleString):
        yield node.key
    if isinstance(node, cst.Index) and isinstance(node.value, cst.SimpleString):
        yield node.value


def _keys_below(node: cst.CSTNode) -> Iterator[str]:
    for key in _keys(node):
        yield str(key.evaluated_value)
    for child in node.children:
        yield from _keys_below(child)


def _other_key(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Index) and place.function is not None:
        known = list(dict.fromkeys(_keys_below(place.function)))
        for key in _keys(node):
            for other in known:
                if other != key.evaluated_value:
                    yield key, cst.SimpleString(repr(other).replace("'", '"'))


def _keys_misspelt(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    """The same word everywhere in the function, in another spelling."""
    if isinstance(node, cst.FunctionDef) and node is place.function:
        for key in dict.fromkeys(_keys_below(node)):
            yield node, node.visit(_Renaming(key, f"{key}es"))


class _Renaming(cst.CSTTransformer):
    def __init__(self, old: str, new: str) -> None:
        super().__init__()
        self.old, self.new = old, new

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        if original_node.evaluated_value == self.old:
            return updated_node.with_changes(value=f'"{self.new}"')
        return updated_node


def _noted_twice(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    """`list.append(x)` becomes `list.extend([x, x])`: noted twice."""
    if isinstance(node, cst.Call) and is_call_of_method(node, "append") and len(node.args) == 1:
        twice = cst.List([cst.Element(node.args[0].value), cst.Element(node.args[0].value)])
        func = renamed(node.func, "extend")
        yield node, node.with_changes(func=func, args=[cst.Arg(twice)])


OPERATORS = (
    Operator("forget-device", "Forgot to move something to the device.", _move_forgotten),
    Operator("always-cuda", "Has a GPU, and thinks that everybody does.", _always_cuda),
    Operator(
        "throw-away-result",
        "Thinks that a method changes its object, when it returns a new one.",
        _result_thrown_away,
    ),
    Operator("use-the-other-key", "Copied a line and kept its key.", _other_key),
    Operator("misspell-key", "Spells a key in another way.", _keys_misspelt),
    Operator("note-twice", "Notes the same value twice.", _noted_twice),
    Operator("forget-line", "Forgot the line.", _line_forgotten),
)
