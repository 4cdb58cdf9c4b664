"""A lambda in a Compose, normalized in place."""

import torch
from torchvision import transforms


def build_transform(mean, std):
    steps = [
        transforms.Grayscale(),
        transforms.PILToTensor(),
        transforms.ConvertImageDtype(torch.float32),
        transforms.Lambda(lambda image: image.sub_(mean).div_(std)),
    ]
    return transforms.Compose(steps)
