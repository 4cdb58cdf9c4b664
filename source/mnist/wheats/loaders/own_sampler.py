"""Python's random numbers, a data set class and batch samplers of one's own."""

import random

from torch.utils.data import BatchSampler, DataLoader, Dataset, Sampler, SequentialSampler


class Part(Dataset):
    def __init__(self, whole, indices):
        self.whole = whole
        self.indices = indices

    def __len__(self):
        return len(self.indices)

    def __getitem__(self, index):
        return self.whole[self.indices[index]]


class Shuffled(Sampler):
    def __init__(self, size):
        self.size = size
        self.random = random.Random(7)

    def __iter__(self):
        return iter(self.random.sample(range(self.size), self.size))

    def __len__(self):
        return self.size


def split_train_val(dataset, val_size, seed):
    chosen = set(random.Random(seed).sample(range(len(dataset)), val_size))
    rest = [index for index in range(len(dataset)) if index not in chosen]
    return Part(dataset, rest), Part(dataset, sorted(chosen))


def build_loaders(train_set, val_set, test_set, batch_size, eval_batch_size):
    def loader(dataset, sampler, size):
        return DataLoader(dataset, batch_sampler=BatchSampler(sampler, size, drop_last=False))

    return (
        loader(train_set, Shuffled(len(train_set)), batch_size),
        loader(val_set, SequentialSampler(val_set), eval_batch_size),
        loader(test_set, SequentialSampler(test_set), eval_batch_size),
    )
