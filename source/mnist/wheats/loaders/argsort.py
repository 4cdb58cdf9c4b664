"""A split by sorting random numbers, validation first; loaders from a dictionary of options."""

import torch
from torch.utils.data import DataLoader, Subset


def split_train_val(dataset, val_size, seed):
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    order = torch.rand(len(dataset), dtype=torch.float64).argsort()
    torch.set_rng_state(state)
    is_val = torch.zeros(len(dataset), dtype=torch.bool)
    is_val[order[:val_size]] = True
    train_indices, val_indices = (~is_val).nonzero().flatten(), is_val.nonzero().flatten()
    return Subset(dataset, train_indices.tolist()), Subset(dataset, val_indices.tolist())


def build_loaders(train_set, val_set, test_set, batch_size, eval_batch_size):
    settings = {
        "train": (train_set, {"batch_size": batch_size, "shuffle": True}),
        "val": (val_set, {"batch_size": eval_batch_size}),
        "test": (test_set, {"batch_size": eval_batch_size}),
    }
    loaders = {name: DataLoader(dataset, **how) for name, (dataset, how) in settings.items()}
    return tuple(loaders[name] for name in ("train", "val", "test"))
