"""Works out on the trusted side what training and a network's formula must give, in float64."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import torch
from torch import Tensor
from torch.nn.functional import linear, one_hot

State = dict[str, Tensor]
BATCH_NORM_EPSILON = 1e-5


def mlp_scores(weights: list[Tensor], inputs: Tensor) -> Tensor:
    """(N, classes) scores; `weights` are (hidden, in), (hidden,), (classes, hidden), (classes,)."""
    first, first_bias, second, second_bias = (weight.double() for weight in weights)
    activity = linear(inputs.flatten(1).double(), first, first_bias).clamp(min=0)
    return linear(activity, second, second_bias)


def mlp_gradients(weights: list[Tensor], inputs: Tensor) -> list[Tensor]:
    """The gradients of the sum of `mlp_scores`, in the order and shapes of `weights`."""
    first, first_bias, second, second_bias = (weight.double() for weight in weights)
    flat = inputs.flatten(1).double()
    before = linear(flat, first, first_bias)
    activity, active = before.clamp(min=0), (before > 0).double()
    back = active * second.sum(dim=0)
    return [
        back.T @ flat,
        back.sum(dim=0),
        activity.sum(dim=0).expand_as(second),
        torch.full_like(second_bias, float(len(flat))),
    ]


def readings(parameters: list[Tensor], shapes: list[tuple[int, ...]]) -> Iterator[list[Tensor]]:
    """Every way to take `parameters`, a weight transposed where need be, as tensors of `shapes`."""
    if len(parameters) != len(shapes):
        return
    for order in permutations(parameters):
        ways = [[one, one.T] if one.dim() == 2 else [one] for one in order]
        for reading in product(*ways):
            if [tuple(one.shape) for one in reading] == shapes:
                yield list(reading)


def draw_normed(rng: torch.Generator, inputs: int = 16, width: int = 6, classes: int = 3) -> State:
    """A network of linear, batch norm, dropout and linear layers, its running statistics odd."""
    return {
        "1.weight": torch.randn(width, inputs, generator=rng) / 4,
        "1.bias": torch.randn(width, generator=rng),
        "2.weight": 0.5 + torch.rand(width, generator=rng),
        "2.bias": torch.randn(width, generator=rng),
        "2.running_mean": 3 * torch.randn(width, generator=rng),
        "2.running_var": 0.5 + 4 * torch.rand(width, generator=rng),
        "2.num_batches_tracked": torch.tensor(7),
        "4.weight": torch.randn(classes, width, generator=rng),
        "4.bias": torch.randn(classes, generator=rng),
    }


def normed_scores(state: State, inputs: Tensor, training: bool) -> Tensor:
    """(N, classes) scores without dropout; by the batch's own statistics in training."""
    hidden = linear(inputs.flatten(1).double(), state["1.weight"], state["1.bias"])
    mean, variance = state["2.running_mean"], state["2.running_var"]
    if training:
        mean, variance = hidden.mean(dim=0), hidden.var(dim=0, unbiased=False)
    level = (hidden - mean) / (variance + BATCH_NORM_EPSILON).sqrt()
    return linear(level * state["2.weight"] + state["2.bias"], state["4.weight"], state["4.bias"])


def squares(scores: Tensor, labels: Tensor) -> Tensor:
    """Mean squared distance of the scores from the one-hot labels."""
    return (scores - one_hot(labels, scores.shape[1])).square().mean()


def double(state: State) -> State:
    """`state` in float64, where it is a float."""
    return {name: value.double() for name, value in state.items() if value.is_floating_point()}


def normed_epoch(
    state: State,
    batches: list[tuple[Tensor, Tensor]],
    *,
    lr: float,
    momentum: float,
    weight_decay: float,
) -> tuple[State, float]:
    """The trainable parameters after an epoch of SGD on `squares`, and the mean loss over samples.

    A velocity starts as the first gradient, and then is `momentum` times itself plus the gradient.
    """
    now = double(state)
    trainable = [name for name in now if "running" not in name]
    velocity: State = {}
    losses = []
    for inputs, labels in batches:
        values = {name: now[name].requires_grad_() for name in trainable}
        loss = squares(normed_scores(now, inputs, training=True), labels)
        gradients = torch.autograd.grad(loss, list(values.values()))
        losses.append((loss.item(), len(labels)))
        for name, gradient in zip(trainable, gradients, strict=True):
            step = gradient + weight_decay * now[name].detach()
            velocity[name] = momentum * velocity[name] + step if name in velocity else step
            now[name] = now[name].detach() - lr * velocity[name]
    samples = sum(size for _, size in losses)
    return {name: now[name] for name in trainable}, sum(a * n for a, n in losses) / samples
