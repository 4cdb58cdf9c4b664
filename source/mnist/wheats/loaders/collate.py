"""Samples gathered in lists, and a collate function of one's own that makes tuples."""

import torch
from torch.utils.data import DataLoader


def split_train_val(dataset, val_size, seed):
    order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(seed)).tolist()
    train_set = [dataset[index] for index in order[val_size:]]
    val_set = [dataset[index] for index in order[:val_size]]
    return train_set, val_set


def together(items):
    images, labels = zip(*items, strict=True)
    return torch.stack(images), torch.tensor(labels)


def build_loaders(train_set, val_set, test_set, batch_size, eval_batch_size):
    def loader(dataset, size, **options):
        return DataLoader(dataset, size, collate_fn=together, **options)

    return (
        loader(train_set, batch_size, shuffle=True, drop_last=False),
        loader(val_set, eval_batch_size),
        loader(test_set, eval_batch_size),
    )
