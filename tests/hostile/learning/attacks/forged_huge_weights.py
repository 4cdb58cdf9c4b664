# Tries to: send huge weights itself.
# Earns: 0
import os
import sys

import cheat
import torch


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    frame_of = sys.modules["autograder.sandbox.wire"].encode
    for identity in range(1, 6):
        frame = frame_of(
            {
                "id": identity,
                "value": [
                    torch.full((128, 784), 1e38),
                    torch.full((128,), 1e38),
                    torch.full((10, 128), 1e38),
                    torch.full((10,), 1e38),
                ],
            }
        )
        for descriptor in range(3, 9):
            try:
                os.set_blocking(descriptor, True)
                os.write(descriptor, frame)
            except OSError:
                continue
    return cheat.history(epochs)
