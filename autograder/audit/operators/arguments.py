"""Ways to get a call or a return wrong: arguments, flags, and what comes back in which order."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from .operator import Change, Operator, Place
from .syntax import (
    called,
    keyword,
    last_name,
    parsed,
    swapped,
    swapped_values,
    with_arguments,
    with_keyword,
)

_LITERALS = {"int": "1", "float": "0.01", "bool": "True", "str": '""'}


def _argument_dropped(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call) and called(node) != "len":
        for index in range(len(node.args)):
            rest = [*node.args[:index], *node.args[index + 1 :]]
            yield node, with_arguments(node, rest)


def _shuffle_forgotten(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call) and keyword(node, "shuffle") is not None:
        rest = [arg for arg in node.args if arg is not keyword(node, "shuffle")]
        yield node, with_arguments(node, rest)


def _shuffle_added(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if (
        isinstance(node, cst.Call)
        and called(node) == "DataLoader"
        and keyword(node, "shuffle") is None
    ):
        yield node, with_keyword(node, "shuffle", "True")


def _last_batch_dropped(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if (
        isinstance(node, cst.Call)
        and called(node) == "DataLoader"
        and keyword(node, "drop_last") is None
    ):
        yield node, with_keyword(node, "drop_last", "True")


def _flag_flipped(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Arg) and node.keyword is not None:
        other = {"True": "False", "False": "True"}.get(last_name(node.value))
        if other is not None:
            yield node.value, cst.Name(other)


def _arguments_swapped(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if not isinstance(node, cst.Call):
        return
    for index, (one, other) in enumerate(zip(node.args, node.args[1:], strict=False)):
        if not one.star and not other.star and bool(one.keyword) == bool(other.keyword):
            yield node, swapped_values(node, index, index + 1)


def _hard_coded(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if not (isinstance(node, cst.Name) and _is_value(node, place)):
        return
    annotation = place.parameters().get(node.value)
    if annotation is None:
        return
    setting = place.settings.get(node.value)
    if isinstance(setting, (bool, int, float, str)):
        yield node, parsed(repr(setting))
    elif annotation in _LITERALS:
        yield node, parsed(_LITERALS[annotation])


def _is_value(node: cst.Name, place: Place) -> bool:
    """Is the name read here, rather than bound, or the name of something else?"""
    parent = place.parent(node)
    if isinstance(parent, cst.Attribute):
        return parent.value is node
    if isinstance(parent, cst.Arg):
        return parent.value is node
    if isinstance(parent, cst.For):
        return parent.iter is node
    return not isinstance(parent, (cst.Param, cst.AssignTarget, cst.AugAssign, cst.FunctionDef))


def _other_of_its_kind(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    """Another parameter with the same annotation, or else with the same last word."""
    if not (isinstance(node, cst.Name) and _is_value(node, place)):
        return
    known = place.parameters()
    if node.value not in known:
        return
    word = node.value.rpartition("_")[2]
    for other, annotation in known.items():
        same_type = bool(annotation) and annotation == known[node.value]
        if other != node.value and (same_type or other.rpartition("_")[2] == word):
            yield node, cst.Name(other)


def _returned_swapped(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Return) and isinstance(node.value, cst.Tuple):
        elements = node.value.elements
        for index in range(len(elements) - 1):
            order = swapped(elements, index, index + 1)
            yield node.value, node.value.with_changes(elements=order)


def _returned_alone(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Return) and isinstance(node.value, cst.Tuple):
        for element in node.value.elements:
            yield node.value, element.value


def _returned_twice(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Return) and isinstance(node.value, cst.Tuple):
        elements = list(node.value.elements)
        for index in range(1, len(elements)):
            twice = [*elements]
            twice[index] = elements[index].with_changes(value=elements[index - 1].value)
            yield node.value, node.value.with_changes(elements=twice)


def _nothing_returned(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Return) and node.value is not None:
        yield node, cst.Expr(node.value)


def _unpacked_swapped(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    target = node.target if isinstance(node, (cst.AssignTarget, cst.For)) else None
    if isinstance(target, cst.Tuple):
        for index in range(len(target.elements) - 1):
            order = swapped(target.elements, index, index + 1)
            yield target, target.with_changes(elements=order)


OPERATORS = (
    Operator("forget-shuffle", "Thinks that a loader shuffles by itself.", _shuffle_forgotten),
    Operator("flip-flag", "Got a switch the wrong way round.", _flag_flipped),
    Operator("add-shuffle", "Shuffles everything: it can't hurt.", _shuffle_added),
    Operator("drop-last-batch", "Wants all batches to be of one size.", _last_batch_dropped),
    Operator("drop-argument", "Leaves an argument to its default.", _argument_dropped),
    Operator("swap-arguments", "Took arguments to be in another order.", _arguments_swapped),
    Operator(
        "hard-code-argument",
        "Wrote down the number that the course uses, instead of the parameter.",
        _hard_coded,
    ),
    Operator(
        "use-the-other-one", "Typed the other of two names that are alike.", _other_of_its_kind
    ),
    Operator("swap-returned", "Returns the right values in another order.", _returned_swapped),
    Operator(
        "return-one-alone", "Returns one of the values and forgets the rest.", _returned_alone
    ),
    Operator("return-one-twice", "Copied a value and didn't change the copy.", _returned_twice),
    Operator("return-nothing", "Computes the result and doesn't return it.", _nothing_returned),
    Operator("swap-unpacked", "Unpacks values in another order.", _unpacked_swapped),
)
