"""Layers in a ModuleDict made back to front, He initialization, dropout by F.dropout."""

from torch import nn
from torch.nn.functional import dropout


class MLP(nn.Module):
    def __init__(self, hidden=128, num_classes=10):
        super().__init__()
        self.steps = nn.ModuleDict(
            {"out": nn.Linear(hidden, num_classes), "in": nn.Linear(28 * 28, hidden)}
        )
        nn.init.kaiming_uniform_(self.steps["in"].weight, nonlinearity="relu")
        nn.init.zeros_(self.steps["in"].bias)
        self.register_buffer("shape", None)

    def forward(self, x):
        x = x.reshape(len(x), 28 * 28)
        x = dropout(self.steps["in"](x).relu(), p=0.1, training=self.training)
        return self.steps["out"](x)
