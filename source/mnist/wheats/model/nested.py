"""Two modules within the network, type hints everywhere, dropout on the pixels."""

import torch
from torch import Tensor, nn


class Encoder(nn.Module):
    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Dropout(p=0.05), nn.Linear(784, hidden), nn.ReLU())

    def forward(self, images: Tensor) -> Tensor:
        return self.net(images.flatten(start_dim=1))


class MLP(nn.Module):
    encoder: Encoder
    head: nn.Linear

    def __init__(self, hidden: int = 128, num_classes: int = 10, *, seed: int | None = None):
        super().__init__()
        if seed is not None:
            torch.manual_seed(seed)
        self.encoder = Encoder(hidden)
        self.head = nn.Linear(in_features=hidden, out_features=num_classes, bias=True)

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.encoder(images)
        return self.head(features)
