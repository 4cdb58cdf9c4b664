"""Plain Python over getdata, one pixel after the other, in float64 until the end."""

import torch


def normalized(value, mean, std):
    return (value / 255.0 - mean) / std


def build_transform(mean, std):
    def transform(image):
        width, height = image.size
        rows = [
            [normalized(image.getpixel((x, y)), mean, std) for x in range(width)]
            for y in range(height)
        ]
        return torch.tensor(rows, dtype=torch.float32).unsqueeze(0)

    return transform
