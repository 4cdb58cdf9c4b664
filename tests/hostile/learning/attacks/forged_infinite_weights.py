# Tries to: send infinite weights itself, as the answer to the third question: how it trained.
# Earns: 0
# Shows: no numbers
import os
import sys

import cheat
import torch

SHAPES = ((128, 784), (128,), (10, 128), (10,))


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    value = [torch.full(shape, float("inf")) for shape in SHAPES]
    frame = sys.modules["autograder.sandbox.wire"].encode({"id": 3, "value": {"parameters": value, "curves": {}}})
    for descriptor in range(3, 256):
        try:
            os.set_blocking(descriptor, True)
            os.write(descriptor, frame)
        except OSError:
            continue
    return cheat.history(epochs)
