"""Loaders that are classes of one's own, without any of PyTorch's."""

import random

import torch
from torch.utils.data import Subset


class Batches:
    def __init__(self, dataset, batch_size, shuffle=False):
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle

    def __len__(self):
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self):
        order = list(range(len(self.dataset)))
        if self.shuffle:
            random.shuffle(order)
        for start in range(0, len(order), self.batch_size):
            items = [self.dataset[index] for index in order[start : start + self.batch_size]]
            images = torch.stack([image for image, _ in items])
            yield images, torch.tensor([label for _, label in items])


def split_train_val(dataset, val_size, seed):
    order = list(range(len(dataset)))
    random.Random(f"split {seed}").shuffle(order)
    return Subset(dataset, order[val_size:]), Subset(dataset, order[:val_size])


def build_loaders(train_set, val_set, test_set, batch_size, eval_batch_size):
    return (
        Batches(train_set, batch_size, shuffle=True),
        Batches(val_set, eval_batch_size),
        Batches(test_set, eval_batch_size),
    )
