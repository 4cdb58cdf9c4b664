"""Lazy layers, which find out their input size themselves."""

from torch import nn


class MLP(nn.Module):
    def __init__(self, hidden=128, num_classes=10):
        super().__init__()
        self.flatten = nn.Flatten()
        self.hidden = nn.LazyLinear(hidden)
        self.relu = nn.ReLU(inplace=True)
        self.output = nn.LazyLinear(num_classes)

    def forward(self, x):
        return self.output(self.relu(self.hidden(self.flatten(x))))
