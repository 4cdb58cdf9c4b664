"""A split that keeps the share of every class, as sklearn's would."""

import random

from torch.utils.data import DataLoader, Subset


def split_train_val(dataset, val_size, seed):
    chance = random.Random(seed)
    order = sorted(range(len(dataset)), key=lambda index: (dataset[index][1], chance.random()))
    start = chance.random() * len(dataset) / val_size
    chosen = {order[int(start + k * len(dataset) / val_size) % len(order)] for k in range(val_size)}
    rest = [index for index in range(len(dataset)) if index not in chosen]
    chance.shuffle(rest)
    return Subset(dataset, rest), Subset(dataset, list(chosen))


def build_loaders(train_set, val_set, test_set, batch_size, eval_batch_size):
    evaluation = {"batch_size": eval_batch_size, "shuffle": False, "num_workers": 0}
    return (
        DataLoader(train_set, batch_size=batch_size, shuffle=True, num_workers=0),
        DataLoader(val_set, **evaluation),
        DataLoader(test_set, **evaluation),
    )
