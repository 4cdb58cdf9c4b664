"""The global seed, Subset by tensor indices, explicit samplers and a list for an answer."""

import torch
from torch.utils.data import DataLoader, RandomSampler, SequentialSampler, Subset


def split_train_val(dataset, val_size, seed):
    torch.manual_seed(seed)
    order = torch.randperm(len(dataset))
    return [Subset(dataset, order[val_size:]), Subset(dataset, order[:val_size])]


def build_loaders(train_set, val_set, test_set, batch_size, eval_batch_size, pin=True):
    return [
        DataLoader(train_set, batch_size, sampler=RandomSampler(train_set), pin_memory=pin),
        DataLoader(val_set, eval_batch_size, sampler=SequentialSampler(val_set), pin_memory=pin),
        DataLoader(test_set, eval_batch_size, pin_memory=pin),
    ]
