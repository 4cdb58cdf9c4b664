"""random_split and shuffle=True."""

import torch
from torch.utils.data import DataLoader, random_split


def split_train_val(dataset, val_size, seed):
    generator = torch.Generator().manual_seed(seed)
    sizes = [len(dataset) - val_size, val_size]
    train_set, val_set = random_split(dataset, sizes, generator=generator)
    return train_set, val_set


def build_loaders(train_set, val_set, test_set, batch_size, eval_batch_size):
    train_loader = DataLoader(train_set, batch_size=batch_size, shuffle=True)
    val_loader = DataLoader(val_set, batch_size=eval_batch_size, shuffle=False)
    test_loader = DataLoader(test_set, batch_size=eval_batch_size, shuffle=False)
    return train_loader, val_loader, test_loader
