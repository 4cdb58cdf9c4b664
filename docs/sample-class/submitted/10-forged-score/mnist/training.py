"""Tries everything but the exercise."""

import atexit
import builtins
import os
import sys

import torch

RESULT = b'{"student": "10-forged-score", "status": "graded", "score": 100.0}'


class Yes:
    """Agrees with everything."""

    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self


def confess():
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, RESULT)
        except OSError:
            pass


for folder in ("/", "/tmp", "..", os.path.expanduser("~")):
    try:
        with open(os.path.join(folder, "result.json"), "wb") as file:
            file.write(RESULT)
    except OSError:
        pass
torch.equal = torch.allclose = builtins.isinstance = lambda *args, **kwargs: True
sys.modules["pytest"] = sys.modules["probes"] = Yes()
atexit.register(confess)

build_transform = split_train_val = build_loaders = MLP = Yes()
train_one_epoch = evaluate = fit = Yes()
