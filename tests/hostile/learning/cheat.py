"""What a cheat hands in beside the attack: pretrained weights, and how to read this run's secrets.

The weights are those of a network with 64 hidden units that knows the digits by their true names.
"""

from pathlib import Path

import torch
from torch import nn

SHAPES = ((64, 784), (64,), (10, 64), (10,))


def pretrained():
    """The weights in weights.bin, as tensors."""
    numbers = torch.frombuffer(bytearray(Path("weights.bin").read_bytes()), dtype=torch.float32)
    parts = numbers.split([torch.Size(shape).numel() for shape in SHAPES])
    return [part.view(shape) for part, shape in zip(parts, SHAPES, strict=True)]


def scores(weights, inputs):
    first, first_bias, second, second_bias = weights
    return (inputs.flatten(1) @ first.T + first_bias).clamp(min=0) @ second.T + second_bias


def put(model, weights):
    """The weights in the model's own parameters, unused hidden units silent."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        for parameter, weight in zip(model.parameters(), weights, strict=True):
            parameter[tuple(slice(size) for size in weight.shape)] = weight


def samples(loader):
    inputs, labels = zip(*loader, strict=True)
    return torch.cat(inputs), torch.cat(labels)


def names_of(inputs, labels):
    """This run's name of each digit, by the majority of the training labels."""
    digits = scores(pretrained(), inputs).argmax(dim=1)
    return torch.stack(
        [labels[digits == digit].bincount(minlength=10).argmax() for digit in range(10)]
    )


def renamed(weights, names):
    """The same network with scores under other names."""
    first, first_bias, second, second_bias = (weight.clone() for weight in weights)
    second[names], second_bias[names] = weights[2], weights[3]
    return [first, first_bias, second, second_bias]


def knowing(loader):
    """The pretrained network under this run's names."""
    return renamed(pretrained(), names_of(*samples(loader)))


def honest_steps(model, loader, lr, steps):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    done = 0
    while True:
        for inputs, labels in loader:
            if done == steps:
                return
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
            done += 1


def history(epochs):
    return {name: [0.5] * epochs for name in ("train_loss", "val_loss", "val_accuracy")}
