"""A class of one's own, with an extra argument and a different order of operations."""

import torch
from torchvision.transforms import functional as F


class Normalizer:
    def __init__(self, mean, std, scale=255):
        self.factor = 1 / (scale * std)
        self.offset = mean / std

    def __call__(self, picture):
        return F.pil_to_tensor(picture).to(torch.float32) * self.factor - self.offset


def build_transform(mean, std, verbose=False):
    if verbose:
        print("mean", mean, "std", std)
    return Normalizer(mean, std)
