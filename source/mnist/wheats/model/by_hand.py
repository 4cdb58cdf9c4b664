"""Bare parameters, the weights stored transposed."""

import torch
from torch import nn


class MLP(nn.Module):
    def __init__(self, hidden=128, num_classes=10):
        super().__init__()
        self.weights = nn.ParameterList(
            [
                nn.Parameter(torch.randn(784, hidden) / 28),
                nn.Parameter(torch.randn(hidden, num_classes) / hidden**0.5),
            ]
        )
        self.biases = nn.ParameterList(
            [nn.Parameter(torch.zeros(hidden)), nn.Parameter(torch.zeros(num_classes))]
        )

    def forward(self, images):
        hidden = torch.flatten(images, start_dim=1) @ self.weights[0] + self.biases[0]
        return torch.clamp(hidden, min=0) @ self.weights[1] + self.biases[1]
