# Tries to: return a tensor that has a shape and nothing in it.
# Earns: greet 2, total 0
# Module: total
import torch


def total(numbers):
    return torch.zeros((), dtype=torch.float64, device="meta")
