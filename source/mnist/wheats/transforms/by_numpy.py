"""A closure over NumPy arrays."""

import numpy as np
import torch


def build_transform(mean, std):
    def transform(image):
        pixels = np.asarray(image, dtype=np.float32)
        return torch.from_numpy((pixels / 255 - mean) / std)[None].float()

    return transform
