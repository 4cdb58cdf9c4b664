from layers import dense, flatten
from torch import nn


class MLP(nn.Sequential):
    def __init__(self, hidden=128, num_classes=10):
        super().__init__(
            flatten(), dense(28 * 28, hidden), nn.ReLU(), dense(hidden, num_classes)
        )
