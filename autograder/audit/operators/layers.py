"""Ways to get a network wrong: layers and activations dropped, doubled, exchanged or added."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from .operator import Change, Changes, Operator, Place
from .syntax import (
    called,
    is_call_of_method,
    keyword,
    last_name,
    parsed,
    positional,
    receiver,
    renamed,
    separated,
    with_keyword,
)

_ACTIVATIONS = {
    "relu": ("sigmoid", "tanh"),
    "sigmoid": ("relu", "tanh"),
    "tanh": ("relu", "sigmoid"),
    "ReLU": ("Sigmoid", "Tanh", "LeakyReLU"),
    "Sigmoid": ("ReLU", "Tanh"),
    "Tanh": ("ReLU", "Sigmoid"),
}
_SAME_TWICE = ("relu", "ReLU", "flatten", "Flatten", "abs", "clamp")
_WITH_BIAS = ("Linear", "Conv1d", "Conv2d")
_SMOOTH = ("CrossEntropyLoss", "cross_entropy")
_OTHER_LOSSES = {
    "CrossEntropyLoss": ("NLLLoss", "MultiMarginLoss"),
    "MSELoss": ("L1Loss",),
    "cross_entropy": ("nll_loss",),
    "mse_loss": ("l1_loss",),
}


def _is_layer(node: cst.CSTNode, place: Place) -> bool:
    """Is it the call of a layer or an activation on one input?"""
    if not (isinstance(node, cst.Call) and len(node.args) == len(positional(node)) == 1):
        return False
    of_self = isinstance(node.func, cst.Attribute) and last_name(node.func.value) == "self"
    return place.is_network and (of_self or called(node) in _ACTIVATIONS)


def _layer_dropped(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call) and _is_layer(node, place):
        yield node, node.args[0].value
    if (
        isinstance(node, cst.Call)
        and place.is_network
        and called(node) in _ACTIVATIONS
        and is_call_of_method(node, *_ACTIVATIONS)
        and not node.args
    ):
        yield node, receiver(node)


def _layer_doubled(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if not isinstance(node, cst.Call):
        return
    if _is_layer(node, place) and called(node) not in _SAME_TWICE:
        again = node.with_changes(args=[node.args[0].with_changes(value=node)])
        yield node, again
    if called(node) == "Sequential":
        for index, arg in enumerate(node.args):
            if not arg.star and called(arg.value) not in _SAME_TWICE:
                twice = [*node.args[: index + 1], *node.args[index:]]
                yield node, node.with_changes(args=separated(twice))


def _activation_exchanged(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call):
        for other in _ACTIVATIONS.get(called(node), ()):
            yield node, node.with_changes(func=renamed(node.func, other))


def _wrong_layer(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if not (isinstance(node, cst.Call) and _is_layer(node, place)) or place.function is None:
        return
    if called(node) in _ACTIVATIONS:
        return
    for other in sorted(_layers_called(place.function.body)):
        if other != called(node):
            yield node, node.with_changes(func=renamed(node.func, other))


def _layers_called(node: cst.CSTNode) -> set[str]:
    of_self = (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and last_name(node.func.value) == "self"
    )
    found = {called(node)} if of_self else set()
    return found.union(*(_layers_called(child) for child in node.children))


def _ending_in(code: str) -> Changes:
    """What `forward` returns goes through `code`, a call that has a hole for it."""

    def changes(node: cst.CSTNode, place: Place) -> Iterator[Change]:
        if place.is_network and isinstance(node, cst.Return) and node.value is not None:
            call = parsed(code)
            assert isinstance(call, cst.Call)
            first = call.args[0].with_changes(value=node.value)
            yield node.value, call.with_changes(args=[first, *call.args[1:]])

    return changes


def _no_bias(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call) and called(node) in _WITH_BIAS and keyword(node, "bias") is None:
        yield node, with_keyword(node, "bias", "False")


def _smoothed(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if (
        isinstance(node, cst.Call)
        and called(node) in _SMOOTH
        and keyword(node, "label_smoothing") is None
    ):
        yield node, with_keyword(node, "label_smoothing", "0.1")


def _loss_summed(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if (
        isinstance(node, cst.Call)
        and called(node) in _OTHER_LOSSES
        and keyword(node, "reduction") is None
    ):
        yield node, with_keyword(node, "reduction", '"sum"')


def _other_loss(node: cst.CSTNode, place: Place) -> Iterator[Change]:
    if isinstance(node, cst.Call):
        for other in _OTHER_LOSSES.get(called(node), ()):
            yield node, node.with_changes(func=renamed(node.func, other))


OPERATORS = (
    Operator("drop-layer", "Left a layer out on the way.", _layer_dropped),
    Operator("double-layer", "Sends the data through a layer twice.", _layer_doubled),
    Operator("exchange-activation", "Took another activation.", _activation_exchanged),
    Operator("use-the-other-layer", "Typed the name of another layer.", _wrong_layer),
    Operator(
        "add-softmax",
        "Wants probabilities, and doesn't know that the loss works from raw scores.",
        _ending_in("torch.softmax(x, dim=1)"),
    ),
    Operator(
        "add-log-softmax",
        "Ends the network in what the loss does already.",
        _ending_in("torch.log_softmax(x, dim=1)"),
    ),
    Operator(
        "add-activation",
        "Puts an activation after every layer, the last one too.",
        _ending_in("torch.relu(x)"),
    ),
    Operator("forget-bias", "Thinks that a layer is a matrix and nothing else.", _no_bias),
    Operator("smooth-labels", "Copied a trick from a recipe.", _smoothed),
    Operator("sum-the-loss", "Took the sum over a batch for the loss.", _loss_summed),
    Operator("other-loss", "Took another loss function.", _other_loss),
)
