"""Ways to get a training loop wrong: what is forgotten, what stands in the wrong place."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from .operator import Change, Changes, Operator, Place
from .syntax import (
    Loop,
    Statement,
    block,
    called,
    calls,
    inner,
    is_call_of_method,
    line,
    names_in,
    only,
    renamed,
    with_inner,
)

_MODES = {"train": "eval", "eval": "train"}
_GUARDS = ("no_grad", "inference_mode")


def _forgotten(method: str) -> Changes:
    def changes(node: cst.CSTNode, place: Place) -> Iterator[Change]:
        if calls(node, method):
            yield node, cst.RemoveFromParent()

    return changes


def _modes_exchanged(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call) and is_call_of_method(node, *_MODES) and not node.args:
        yield node, node.with_changes(func=renamed(node.func, _MODES[called(node)]))


def _mode_too_late(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    """Behind the loop that follows it."""
    statements = block(node) or []
    for index, statement in enumerate(statements):
        if not calls(statement, *_MODES):
            continue
        for later in range(index + 1, len(statements)):
            if isinstance(statements[later], (cst.For, cst.While, cst.With)):
                order = statements[:index] + statements[index + 1 : later + 1]
                yield node, node.with_changes(body=[*order, statement, *statements[later + 1 :]])
                break


def _moved_behind(what: str, which: str) -> Changes:
    """The call of `what` stands right behind the later call of `which`."""

    def changes(node: cst.CSTNode, place: Place) -> Iterator[Change]:
        statements = block(node) or []
        for index, statement in enumerate(statements):
            if not calls(statement, what):
                continue
            for later in range(index + 1, len(statements)):
                if calls(statements[later], which):
                    order = statements[:index] + statements[index + 1 : later + 1]
                    yield (
                        node,
                        node.with_changes(body=[*order, statement, *statements[later + 1 :]]),
                    )
                    break

    return changes


def _out_of_loop(method: str, before: bool) -> Changes:
    """The call stands before or behind the loop that it stood in."""

    def changes(node: cst.CSTNode, place: Place) -> Iterator[Change]:
        if not isinstance(node, Loop):
            return
        statements = inner(node)
        for index, statement in enumerate(statements):
            if calls(statement, method) and len(statements) > 1:
                rest = with_inner(node, statements[:index] + statements[index + 1 :])
                pair: list[cst.CSTNode] = [statement, rest] if before else [rest, statement]
                yield node, cst.FlattenSentinel(pair)

    return changes


def _tracked(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.With) and any(called(item.item) in _GUARDS for item in node.items):
        yield node, cst.FlattenSentinel(list[cst.CSTNode](inner(node)))
    if isinstance(node, cst.Decorator) and called(node.decorator) in _GUARDS:
        yield node, cst.RemoveFromParent()


def _guard_too_narrow(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    """The last statement alone is guarded; of a loop under the guard its last statement."""
    if not (isinstance(node, cst.With) and any(called(one.item) in _GUARDS for one in node.items)):
        return
    statements = inner(node)
    loop = statements[0] if len(statements) == 1 else None
    lines = inner(loop) if isinstance(loop, Loop) else statements
    if len(lines) < 2:
        return
    narrow = [*lines[:-1], with_inner(node, lines[-1:])]
    if isinstance(loop, Loop):
        yield node, with_inner(loop, narrow)
    else:
        yield node, cst.FlattenSentinel(list[cst.CSTNode](narrow))


def _mode_for_one_batch(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    """A call of the other mode ends the body of a loop."""
    if place.function is None or not isinstance(node, cst.For):
        return
    for statement in inner(place.function):
        if calls(statement, *_MODES):
            small = only(statement)
            assert isinstance(small, cst.Expr)
            call = small.value
            assert isinstance(call, cst.Call)
            other = call.with_changes(func=renamed(call.func, _MODES[called(call)]))
            last = statement.with_changes(body=[cst.Expr(other)], leading_lines=[])
            yield node, with_inner(node, [*inner(node), last])


def _last_line_outside(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, Loop) and len(inner(node)) > 1 and not calls(inner(node)[-1], "print"):
        *kept, last = inner(node)
        yield node, cst.FlattenSentinel([with_inner(node, kept), last])


def _next_line_inside(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    for index, loop, statements in _loops_in(node):
        for later in statements[index + 1 : index + 2]:
            longer = with_inner(loop, [*inner(loop), later])
            yield (
                node,
                node.with_changes(body=[*statements[:index], longer, *statements[index + 2 :]]),
            )


def _line_before_inside(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    """A line that stands before a loop, and matters to it, begins each round."""
    for index, loop, statements in _loops_in(node):
        used = {name.value for name in names_in(loop)}
        for before in range(index):
            small = only(statements[before])
            if isinstance(small, cst.Assign) and used & {n.value for n in names_in(small)}:
                moved = with_inner(loop, [statements[before], *inner(loop)])
                yield (
                    node,
                    node.with_changes(
                        body=[
                            *statements[:before],
                            *statements[before + 1 : index],
                            moved,
                            *statements[index + 1 :],
                        ]
                    ),
                )


def _loops_in(node: cst.CSTNode) -> Iterator[tuple[int, Statement, list[Statement]]]:
    statements = block(node) or []
    for index, statement in enumerate(statements):
        if isinstance(statement, Loop):
            yield index, statement, statements


def _one_round(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, Loop) and inner(node):
        yield node, with_inner(node, [*inner(node), line("break\n")])


def _every_other(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    """Nothing is left of a loop over batches but its first and third round, and so on."""
    if isinstance(node, cst.For) and isinstance(node.iter, cst.Name):
        yield node.iter, cst.parse_expression(f"list({node.iter.value})[::2]")


def _twice(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if calls(node, "step"):
        yield node, cst.FlattenSentinel([node, node.deep_clone()])


def _step_first(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    statements = block(node) or []
    for index, statement in enumerate(statements):
        if calls(statement, "backward"):
            for later in range(index + 1, len(statements)):
                if calls(statements[later], "step"):
                    rest = statements[index:later] + statements[later + 1 :]
                    body = [*statements[:index], statements[later], *rest]
                    yield node, node.with_changes(body=body)
                    break


OPERATORS = (
    Operator(
        "forget-zero-grad",
        "Thinks that `backward` starts from zero gradients by itself.",
        _forgotten("zero_grad"),
    ),
    Operator(
        "forget-backward", "Thinks that the optimizer computes gradients.", _forgotten("backward")
    ),
    Operator("forget-step", "Thinks that `backward` moves the weights.", _forgotten("step")),
    Operator(
        "forget-train-mode", "Thinks that a model always trains in its way.", _forgotten("train")
    ),
    Operator(
        "forget-eval-mode", "Thinks that a model is the same in both modes.", _forgotten("eval")
    ),
    Operator("exchange-modes", "Copied the other function's first line.", _modes_exchanged),
    Operator("mode-too-late", "Sets the mode when the batches are over.", _mode_too_late),
    Operator(
        "mode-for-one-batch",
        "Goes back to the other mode within the loop, so only the first batch has it right.",
        _mode_for_one_batch,
    ),
    Operator(
        "zero-grad-once",
        "Clears the gradients once, before the loop, as if that would last.",
        _out_of_loop("zero_grad", before=True),
    ),
    Operator(
        "zero-grad-after-backward",
        "Clears gradients just before the step, which then has none.",
        _moved_behind("zero_grad", "backward"),
    ),
    Operator(
        "zero-grad-after-step",
        "Clears gradients after each step, and leaves those from before to the first batch.",
        _moved_behind("zero_grad", "step"),
    ),
    Operator(
        "step-before-backward",
        "Steps first and computes the gradients of the step afterwards.",
        _step_first,
    ),
    Operator(
        "step-once-an-epoch",
        "Takes the step when all batches are over.",
        _out_of_loop("step", before=False),
    ),
    Operator("step-twice", "Takes two steps by the same gradient.", _twice),
    Operator("track-gradients", "Doesn't know that evaluation needs no gradients.", _tracked),
    Operator(
        "guard-too-narrow",
        "Switches gradients off when they have been tracked already.",
        _guard_too_narrow,
    ),
    Operator(
        "last-line-outside", "Indented the last line of a loop too little.", _last_line_outside
    ),
    Operator("next-line-inside", "Indented the line after a loop too far.", _next_line_inside),
    Operator(
        "line-before-inside",
        "Starts something afresh in every round that should go on through all of them.",
        _line_before_inside,
    ),
    Operator("one-round", "Left in a `break` from trying it out on one batch.", _one_round),
    Operator("every-other-round", "Thins a loop out to make it faster.", _every_other),
)
