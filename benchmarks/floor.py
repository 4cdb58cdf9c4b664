"""What a submission can't go below: its training alone, on tensors that are ready, once imported.

    python benchmarks/floor.py solutions/mnist --rounds 3

Prints the CPU seconds of each round: the reference's split, loaders, network and `fit`, with
PyTorch's `DataLoader` over a `TensorDataset` of all training images.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import sys
import time
from pathlib import Path

import torch
from torch.utils.data import TensorDataset

from autograder import course as courses
from autograder import data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", type=Path, help="the folder with the four modules")
    parser.add_argument("--course", type=Path, default=Path("course.yaml"))
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    settings = courses.load(arguments.course).assignment("mnist").settings
    images = data.load("mnist", None, allow_synthetic=True)
    inputs = ((images.train_images.float() / 255 - settings.mean) / settings.std).unsqueeze(1)
    ready = TensorDataset(inputs, images.train_labels)
    sys.path.insert(0, str(arguments.modules.resolve()))
    loaders, model, training = map(importlib.import_module, ("loaders", "model", "training"))
    # The first step of an optimizer imports it, and imports don't count.
    importlib.import_module("torch._dynamo")
    for _ in range(arguments.rounds):
        started = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            train_set, val_set = loaders.split_train_val(ready, settings.val_size, settings.seed)
            train, val, _ = loaders.build_loaders(
                train_set, val_set, val_set, settings.batch_size, settings.eval_batch_size
            )
            training.fit(
                model.MLP(settings.hidden, settings.num_classes),
                train,
                val,
                epochs=settings.epochs,
                lr=settings.learning_rate,
                device=torch.device("cpu"),
            )
        print(f"{time.process_time() - started:.3f}", flush=True)


if __name__ == "__main__":
    main()
