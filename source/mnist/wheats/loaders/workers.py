"""NumPy's permutation, workers that stay, and a generator."""

import numpy as np
import torch
from torch.utils.data import DataLoader, Subset


def split_train_val(dataset, val_size, seed):
    order = np.random.RandomState(seed).permutation(len(dataset))
    return Subset(dataset, order[:-val_size]), Subset(dataset, order[-val_size:])


def build_loaders(train_set, val_set, test_set, batch_size, eval_batch_size):
    generator = torch.Generator()
    generator.manual_seed(1)
    train_loader = DataLoader(
        train_set,
        batch_size=batch_size,
        shuffle=True,
        generator=generator,
        num_workers=1,
        persistent_workers=True,
    )
    return train_loader, DataLoader(val_set, eval_batch_size), DataLoader(test_set, eval_batch_size)
