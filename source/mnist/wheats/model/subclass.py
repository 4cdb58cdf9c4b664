"""The model is a Sequential itself."""

from collections import OrderedDict

from torch import nn


class MLP(nn.Sequential):
    def __init__(self, hidden=128, num_classes=10):
        layers = OrderedDict(
            flatten=nn.Flatten(1),
            hidden=nn.Linear(784, hidden),
            relu=nn.ReLU(),
            scores=nn.Linear(hidden, num_classes),
        )
        super().__init__(layers)
