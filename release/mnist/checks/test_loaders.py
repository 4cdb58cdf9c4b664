"""`split_train_val` and `build_loaders`: which samples come, in which batches and which order."""

import pytest
import torch

from probes import batches, split


def numbers_of(size, first=0):
    """The numbers of a data set's samples, (size,) int64."""
    return torch.arange(first, first + size)


def parts_of(expect, found):
    """The items of both halves, (items, 2) int64: number and label."""
    for name in ("train", "val"):
        expect.that(found[name].dim() == 2, f"samples in the {name} set", "none at all")
    return found["train"], found["val"]


def served(probe, expect, sets, batch_size, eval_batch_size, epochs=1):
    """What the three loaders yield: for each a list of epochs, lists of batches."""
    sizes = {"batch_size": batch_size, "eval_batch_size": eval_batch_size}
    loaders = probe(batches, **sets, **sizes, epochs=epochs)
    expect.equal(len(loaders), 3, what="number of loaders")
    for loader in loaders:
        expect.that(isinstance(loader, list) and len(loader) == epochs, f"{epochs} epochs", loader)
    return loaders


def joined(epoch):
    """The samples of one epoch in the order they came, (items, 2) int64."""
    return torch.cat(epoch) if epoch else torch.zeros(0, 2, dtype=torch.int64)


@pytest.mark.points(2)
@pytest.mark.hint("val_size counts samples; what is not validation is training.")
def test_split_sizes(probe, expect):
    """The validation set has val_size samples, the training set the others"""
    for size, val_size in [(60, 12), (61, 1), (35, 30)]:
        numbers = numbers_of(size)
        found = probe(split, numbers=numbers, labels=numbers % 10, val_size=val_size, seed=0)
        train, val = parts_of(expect, found)
        sizes = [len(train), len(val)]
        expect.equal(sizes, [size - val_size, val_size], what="sizes of training and validation")


@pytest.mark.points(2)
@pytest.mark.hint(
    "A validation score says something only about images that were not trained on, and every "
    "image left out of both halves is wasted."
)
def test_split_is_disjoint_and_complete(probe, expect):
    """Every sample is in exactly one of the two sets"""
    numbers = numbers_of(80)
    found = probe(split, numbers=numbers, labels=numbers % 10, val_size=25, seed=3)
    together = torch.cat(parts_of(expect, found))[:, 0].sort().values
    expect.equal(together.tolist(), numbers.tolist(), what="samples of both sets, sorted")


@pytest.mark.points(2)
@pytest.mark.hint(
    "Data sets are often sorted. Imagine one sorted by class: which classes would end up in "
    "your validation set?"
)
def test_split_is_random(probe, expect):
    """Validation samples are drawn from the whole data set, not cut off one of its ends"""
    numbers = numbers_of(100)
    for seed in range(4):
        found = probe(split, numbers=numbers, labels=numbers % 10, val_size=50, seed=seed)
        _, val = parts_of(expect, found)
        early = int((val[:, 0] < 50).sum())
        expect.that(
            10 <= early <= 40,
            "about half of 50 validation samples from the first half of the data",
            f"{early} of {len(val)}",
        )


@pytest.mark.points(2)
@pytest.mark.hint(
    "A seed makes a random draw repeatable, so that two runs can be compared: the same seed "
    "gives the same split, another seed another one."
)
def test_split_follows_the_seed(probe, expect):
    """The same seed gives the same split, another seed another one"""
    numbers = numbers_of(60)

    def validation(seed, shaken):
        found = probe(
            split, numbers=numbers, labels=numbers % 10, val_size=20, seed=seed, shaken=shaken
        )
        return parts_of(expect, found)[1][:, 0].sort().values.tolist()

    first = validation(seed=5, shaken=1)
    expect.equal(validation(seed=5, shaken=2), first, what="validation samples for the same seed")
    expect.that(
        validation(seed=6, shaken=1) != first,
        "another validation set for another seed",
        "the same one for seeds 5 and 6",
    )


@pytest.mark.points(2)
@pytest.mark.hint("Each loader serves its own data set, and they are returned in a fixed order.")
def test_each_loader_serves_its_own_set(probe, expect):
    """The loaders come in the order training, validation, test, each with its own samples"""
    sets = {"train": numbers_of(20), "val": numbers_of(10, 100), "test": numbers_of(15, 200)}
    loaders = served(probe, expect, sets, batch_size=4, eval_batch_size=5)
    for (name, numbers), [epoch] in zip(sets.items(), loaders, strict=True):
        foreign = set(joined(epoch)[:, 0].tolist()) - set(numbers.tolist())
        expect.that(
            bool(epoch) and not foreign,
            f"samples of the {name} set, all below {int(numbers[-1]) + 1}, in its place",
            f"samples {sorted(foreign)[:5]}" if foreign else "no sample at all",
        )


@pytest.mark.points(2)
@pytest.mark.hint("How many samples does one training step look at? The arguments say so.")
def test_training_batch_size(probe, expect):
    """Training batches have batch_size samples, only the last may be smaller"""
    for batch_size in (8, 16):
        sets = {"train": numbers_of(50), "val": numbers_of(20), "test": numbers_of(20)}
        [epoch], _, _ = served(probe, expect, sets, batch_size=batch_size, eval_batch_size=5)
        sizes = [len(batch) for batch in epoch]
        full = [batch_size] * (50 // batch_size)
        expect.equal(sizes[: len(full)], full, what="sizes of the full training batches")
        rest = sizes[len(full) :]
        expect.that(rest in ([], [2]), "then at most one smaller batch, of 2", rest)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Every sample counts, also those of a last batch that is not full. Count what one epoch yields."
)
def test_training_samples_come_once(probe, expect):
    """An epoch of training has every sample exactly once"""
    sets = {"train": numbers_of(50), "val": numbers_of(20), "test": numbers_of(20)}
    epochs, _, _ = served(probe, expect, sets, batch_size=8, eval_batch_size=5, epochs=2)
    for epoch in epochs:
        seen = joined(epoch)[:, 0].sort().values.tolist()
        expect.equal(seen, list(range(50)), what="samples of one training epoch, sorted")


@pytest.mark.points(3)
@pytest.mark.hint(
    "A network that always sees the images in the same order learns that order too. Look at the "
    "samples of two epochs, one after the other."
)
def test_training_order_is_new_every_epoch(probe, expect):
    """Training samples come in a random order, a new one every epoch"""
    sets = {"train": numbers_of(60), "val": numbers_of(20), "test": numbers_of(20)}
    epochs, _, _ = served(probe, expect, sets, batch_size=8, eval_batch_size=5, epochs=3)
    orders = [joined(epoch)[:, 0].tolist() for epoch in epochs]
    for order in orders:
        expect.that(order != sorted(order), "another order than the data set's", order)
    for one, other in [(0, 1), (1, 2), (0, 2)]:
        expect.that(orders[one] != orders[other], "a new order", "the same one in two epochs")


@pytest.mark.points(1)
@pytest.mark.hint("Evaluation has a batch size of its own; without gradients it can be larger.")
def test_evaluation_batch_size(probe, expect):
    """Validation and test batches have eval_batch_size samples, only the last may be smaller"""
    sets = {"train": numbers_of(50), "val": numbers_of(30), "test": numbers_of(22)}
    loaders = served(probe, expect, sets, batch_size=7, eval_batch_size=10)
    for name, [epoch], size in zip(("validation", "test"), loaders[1:], (30, 22), strict=True):
        sizes = [len(batch) for batch in epoch]
        full = [10] * (size // 10)
        expect.equal(sizes[: len(full)], full, what=f"sizes of the full {name} batches")
        expect.that(sizes[len(full) :] in ([], [size % 10]), "then a smaller last batch", sizes)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Order makes no difference to an average, so evaluation needs no shuffling; a fixed order "
    "lets you look up which image went wrong. And nothing may be left out."
)
def test_evaluation_keeps_the_order(probe, expect):
    """Validation and test have every sample once, in the order of the data set, every time"""
    sets = {"train": numbers_of(50), "val": numbers_of(33, 100), "test": numbers_of(26, 200)}
    loaders = served(probe, expect, sets, batch_size=7, eval_batch_size=10, epochs=2)
    for name, epochs in zip(("val", "test"), loaders[1:], strict=True):
        for epoch in epochs:
            found = joined(epoch)[:, 0].tolist()
            expect.equal(found, sets[name].tolist(), what=f"samples of the {name} set in order")
