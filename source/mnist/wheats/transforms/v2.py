"""torchvision's second version, whose result is a tensor subclass."""

import torch
from torchvision.transforms import v2


def build_transform(mean: float, std: float) -> v2.Compose:
    return v2.Compose(
        [
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(mean=[mean], std=[std]),
        ]
    )
