"""Ways to get a number wrong: dimensions, totals and means, constants, off by one."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from .operator import Change, Operator, Place
from .syntax import (
    called,
    is_call_of_method,
    last_name,
    parsed,
    positional,
    receiver,
    renamed,
    with_arguments,
)

_DIMENSIONS = ("dim", "axis", "start_dim", "end_dim")
_BY_DIMENSION = (
    "argmax", "argmin", "amax", "softmax", "log_softmax", "flatten", "sum", "mean", "max", "cat",
    "stack", "squeeze", "unsqueeze", "size",
)  # fmt: skip
_REDUCTIONS = {"sum": "mean", "mean": "sum"}
_EXTREMES = {"argmax": "argmin", "argmin": "argmax", "max": "min", "min": "max"}
_TO_PYTHON = ("item", "tolist", "numpy", "detach")


def _integer(node: cst.CSTNode) -> int | None:
    sign = 1
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        node, sign = node.expression, -1
    return sign * node.evaluated_value if isinstance(node, cst.Integer) else None


def _wrong_dimension(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if not isinstance(node, cst.Call):
        return
    for arg in node.args:
        by_name = arg.keyword is not None and arg.keyword.value in _DIMENSIONS
        by_place = arg.keyword is None and called(node) in _BY_DIMENSION
        value = _integer(arg.value)
        if value is not None and (by_name or by_place):
            yield arg.value, parsed("0" if value != 0 else "1")


def _no_dimension(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call) and called(node) in _BY_DIMENSION:
        kept = [
            arg
            for arg in node.args
            if not (arg.keyword is not None and arg.keyword.value in _DIMENSIONS)
            and _integer(arg.value) is None
        ]
        if len(kept) < len(node.args):
            yield node, with_arguments(node, kept)


def _reduction_exchanged(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call) and called(node) in _REDUCTIONS:
        yield node, node.with_changes(func=renamed(node.func, _REDUCTIONS[called(node)]))
    if isinstance(node, cst.Arg) and node.keyword is not None:
        text = node.value.evaluated_value if isinstance(node.value, cst.SimpleString) else None
        other = _REDUCTIONS.get(str(text))
        if node.keyword.value == "reduction" and other is not None:
            yield node.value, cst.SimpleString(f'"{other}"')


def _other_extreme(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call) and called(node) in _EXTREMES:
        yield node, node.with_changes(func=renamed(node.func, _EXTREMES[called(node)]))


def _last_for_total(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.AugAssign):
        yield node, cst.Assign([cst.AssignTarget(node.target)], node.value)


def _not_made_python(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call) and is_call_of_method(node, *_TO_PYTHON) and not node.args:
        yield node, receiver(node)
    if isinstance(node, cst.Call) and called(node) in ("float", "int") and positional(node):
        yield node, node.args[0].value


def _off_by_one(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if not isinstance(node, cst.Call):
        return
    if called(node) == "range" and positional(node):
        end = node.args[min(1, len(node.args) - 1)]
        for step in ("- 1", "+ 1"):
            yield end.value, _plus(end.value, step)
        if len(node.args) == 1:
            yield node, with_arguments(node, [cst.Arg(cst.Integer("1")), node.args[0]])
    if called(node) == "len":
        yield node, _plus(node, "- 1")
    for arg in node.args:
        if place.parameters().get(last_name(arg.value)) == "int":
            yield arg.value, _plus(arg.value, "+ 1")
            yield arg.value, _plus(arg.value, "- 1")


def _plus(value: cst.BaseExpression, step: str) -> cst.BaseExpression:
    whole = parsed(f"x {step}")
    assert isinstance(whole, cst.BinaryOperation)
    return whole.with_changes(left=value)


def _wrong_constant(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    parent = place.parent(node)
    if isinstance(parent, cst.UnaryOperation):
        return
    if isinstance(node, cst.Integer):
        value = node.evaluated_value
        yield node, cst.Integer(str(value + 1))
        if value > 1:
            yield node, cst.Integer(str(value - 1))
    if isinstance(node, cst.Float):
        number = node.evaluated_value
        yield node, cst.Float(repr(10 * number) if number else "1.0")


def _wrong_operator(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.BinaryOperation):
        others: dict[type[cst.CSTNode], type[cst.BaseBinaryOp]] = {
            cst.Add: cst.Subtract,
            cst.Subtract: cst.Add,
            cst.Multiply: cst.Divide,
            cst.Divide: cst.Multiply,
        }
        other = others.get(type(node.operator))
        if other is not None:
            yield node, node.with_changes(operator=other())
    if isinstance(node, cst.AugAssign) and isinstance(node.operator, cst.AddAssign):
        yield node, node.with_changes(operator=cst.SubtractAssign())


def _whole_division(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide):
        yield node, node.with_changes(operator=cst.FloorDivide())


def _operand_forgotten(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.BinaryOperation):
        yield node, node.left


def _comparison_turned(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if not isinstance(node, cst.Comparison) or len(node.comparisons) != 1:
        return
    others: dict[type[cst.CSTNode], type[cst.BaseCompOp]] = {
        cst.Equal: cst.NotEqual,
        cst.NotEqual: cst.Equal,
        cst.LessThan: cst.LessThanEqual,
        cst.LessThanEqual: cst.LessThan,
        cst.GreaterThan: cst.GreaterThanEqual,
        cst.GreaterThanEqual: cst.GreaterThan,
    }
    [compared] = node.comparisons
    other = others.get(type(compared.operator))
    if other is not None:
        yield node, node.with_changes(comparisons=[compared.with_changes(operator=other())])


def _batches_for_samples(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    """A mean over batches: of their number, or of as many as there were."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide):
        for name, annotation in place.parameters().items():
            if annotation.endswith("Loader") or name.endswith("loader"):
                yield node, node.with_changes(right=parsed(f"len({name})"))
    if isinstance(node, cst.Call) and called(node) == "len":
        parent = place.parent(node)
        if isinstance(parent, (cst.AugAssign, cst.BinaryOperation)):
            yield node, cst.Integer("1")


def _samples_of_dataset(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    """Full batches are assumed, the last one too."""
    if isinstance(node, cst.AugAssign) and called(node.value) == "len":
        for name, annotation in place.parameters().items():
            if annotation.endswith("Loader") or name.endswith("loader"):
                yield node.value, parsed(f"{name}.batch_size")


def _condition_turned(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, (cst.If, cst.IfExp, cst.While)):
        space = cst.SimpleWhitespace(" ")
        yield node.test, cst.UnaryOperation(cst.Not(whitespace_after=space), node.test)


OPERATORS = (
    Operator("wrong-dimension", "Counts dimensions from the wrong end.", _wrong_dimension),
    Operator("no-dimension", "Thinks that the dimension goes without saying.", _no_dimension),
    Operator(
        "sum-or-mean", "Took the sum for the mean, or the mean for the sum.", _reduction_exchanged
    ),
    Operator("other-extreme", "Took the smallest for the largest.", _other_extreme),
    Operator("last-for-total", "Keeps the latest value and calls it a total.", _last_for_total),
    Operator("forget-item", "Thinks that a tensor of one number is a number.", _not_made_python),
    Operator("off-by-one", "Counts one too few or one too many.", _off_by_one),
    Operator("wrong-constant", "Mistyped a number.", _wrong_constant),
    Operator("wrong-operator", "Mistyped an operator.", _wrong_operator),
    Operator("whole-division", "Divides as in another language.", _whole_division),
    Operator("forget-operand", "Left half of a formula out.", _operand_forgotten),
    Operator("turn-comparison", "Compares the wrong way round.", _comparison_turned),
    Operator(
        "batches-for-samples", "Averages over batches as if all were alike.", _batches_for_samples
    ),
    Operator("full-batches", "Takes every batch for a full one.", _samples_of_dataset),
    Operator("turn-condition", "Has a condition the wrong way round.", _condition_turned),
)
