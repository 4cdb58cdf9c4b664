"""`split_train_val` and `build_loaders`: which samples come, in which batches and which order."""

import pytest
import torch
from answers import fields, listed, places
from challenge import draw_numbers, draw_repeats

from probes import batches, split


def samples(expect, found, what):
    """What came as samples: numbers and labels, (n, 2) int64."""
    tensor = expect.tensor(found, dtype=torch.int64, what=what)
    expect.that(tensor.dim() == 2 and tensor.shape[1] == 2, f"{what}: images and labels", tensor)
    return tensor


def halves_of(probe, expect, numbers, labels, **how):
    """The samples of the training and of the validation set, (n, 2) int64 each."""
    found = fields(expect, probe(split, numbers=numbers, labels=labels, **how), "train", "val")
    return [samples(expect, half, "a set of the split") for half in found]


def split_places(probe, expect, numbers, **how):
    """Which samples of a data set come into the training and into the validation set."""
    found = halves_of(probe, expect, numbers, numbers % 10, **how)
    return [places(expect, half[:, 0].tolist(), numbers, "the data set") for half in found]


def draw_sets(rng, train, val, test):
    """Numbers for three data sets of these sizes, all different."""
    sizes = [train, val, test]
    names = ("train", "val", "test")
    return dict(zip(names, draw_numbers(rng, sum(sizes)).split(sizes), strict=True))


def served(probe, expect, sets, batch_size, eval_batch_size, epochs=1):
    """What the three loaders yield: for each a list of epochs, lists of batches, (n, 2) int64."""
    sizes = {"batch_size": batch_size, "eval_batch_size": eval_batch_size}
    loaders = listed(expect, probe(batches, **sets, **sizes, epochs=epochs), 3, "loaders")
    for loader in loaders:
        for epoch in listed(expect, loader, epochs, "epochs"):
            for batch in listed(expect, epoch, None, "batches"):
                is_shape = isinstance(batch, list)
                expect.that(not is_shape, "images in batches of shape (N, 1, 28, 28)", batch)
                samples(expect, batch, "a batch")
    return loaders


def joined(epoch):
    """The samples of one epoch in the order they came, (n, 2) int64."""
    return torch.cat(epoch) if epoch else torch.zeros(0, 2, dtype=torch.int64)


def order_of(expect, epoch, numbers, name):
    """Where in their data set the samples of one epoch stand, in the order they came."""
    return places(expect, joined(epoch)[:, 0].tolist(), numbers, f"the {name} set")


@pytest.mark.points(2)
@pytest.mark.hint("val_size counts samples; what is not validation is training.")
@pytest.mark.reread("Exercise: `split_train_val`")
def test_split_sizes(probe, expect, rng):
    """The validation set has val_size samples, the training set the others"""
    for size, val_size in [(60, 12), (61, 1), (35, 30)]:
        numbers = draw_numbers(rng, size)
        train, val = split_places(probe, expect, numbers, val_size=val_size, seed=0)
        sizes = [len(train), len(val)]
        expect.equal(sizes, [size - val_size, val_size], what="sizes of training and validation")


@pytest.mark.points(2)
@pytest.mark.hint(
    "A validation score says something only about images that were not trained on, and every "
    "image left out of both halves is wasted."
)
@pytest.mark.reread("Why three piles?")
def test_split_is_disjoint_and_complete(probe, expect, rng):
    """Every sample is in exactly one of the two sets"""
    train, val = split_places(probe, expect, draw_numbers(rng, 80), val_size=25, seed=3)
    expect.equal(sorted(train + val), list(range(80)), what="samples of both sets, sorted")


@pytest.mark.points(2)
@pytest.mark.hint(
    "Data sets are often sorted. Imagine one sorted by class: which classes would end up in "
    "your validation set?"
)
@pytest.mark.reread("How (not) to cut")
def test_split_is_random(probe, expect, rng):
    """Validation samples are drawn from the whole data set, not cut off one of its ends"""
    for seed in range(8):
        _, val = split_places(probe, expect, draw_numbers(rng, 101), val_size=50, seed=seed)
        early = sum(place < 50 for place in val)
        # A fair draw leaves these bounds once in 100,000,000,000 times.
        expect.that(
            9 <= early <= 41,
            "about half of 50 validation samples from the first half of the data",
            f"{early} of {len(val)}",
        )


@pytest.mark.points(2)
@pytest.mark.hint(
    "A seed makes a random draw repeatable, so that two runs can be compared: the same seed "
    "gives the same split, another seed another one."
)
@pytest.mark.reread("Why a seed?")
def test_split_follows_the_seed(probe, expect, rng):
    """The same seed gives the same split, another seed another one"""
    numbers, first = draw_numbers(rng, 60), {}
    seeds = draw_numbers(rng, 1) + draw_repeats(rng, kinds=3, times=3)
    for shaken, seed in enumerate(seeds.tolist()):
        how = {"val_size": 20, "seed": seed, "shaken": shaken}
        found = sorted(split_places(probe, expect, numbers, **how)[1])
        wanted = first.setdefault(seed, found)
        expect.equal(found, wanted, what="validation samples for the same seed")
    different = {tuple(val) for val in first.values()}
    wanted = f"another validation set for each of {len(first)} seeds"
    expect.that(len(different) == len(first), wanted, f"{len(different)} different ones")


@pytest.mark.points(2)
@pytest.mark.hint("Each loader serves its own data set, and they are returned in a fixed order.")
@pytest.mark.reread("Exercise: `build_loaders`")
def test_each_loader_serves_its_own_set(probe, expect, rng):
    """The loaders come in the order training, validation, test, each with its own samples"""
    sets = draw_sets(rng, 20, 10, 15)
    loaders = served(probe, expect, sets, batch_size=4, eval_batch_size=5)
    for (name, numbers), [epoch] in zip(sets.items(), loaders, strict=True):
        found = order_of(expect, epoch, numbers, name)
        expect.that(bool(found), f"samples of the {name} set", "none at all")


@pytest.mark.points(2)
@pytest.mark.hint("How many samples does one training step look at? The arguments say so.")
@pytest.mark.reread("Batches")
def test_training_batch_size(probe, expect, rng):
    """Training batches have batch_size samples, only the last may be smaller"""
    for batch_size in (8, 16):
        sets = draw_sets(rng, 50, 20, 20)
        [epoch], _, _ = served(probe, expect, sets, batch_size=batch_size, eval_batch_size=5)
        order_of(expect, epoch, sets["train"], "training")
        sizes = [len(batch) for batch in epoch]
        full = [batch_size] * (50 // batch_size)
        expect.equal(sizes[: len(full)], full, what="sizes of the full training batches")
        rest = sizes[len(full) :]
        expect.that(rest in ([], [2]), "then at most one smaller batch, of 2", rest)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Every sample counts, also those of a last batch that is not full. Count what one epoch yields."
)
@pytest.mark.reread("Batches")
def test_training_samples_come_once(probe, expect, rng):
    """An epoch of training has every sample exactly once"""
    sets = draw_sets(rng, 50, 20, 20)
    epochs, _, _ = served(probe, expect, sets, batch_size=8, eval_batch_size=5, epochs=2)
    for epoch in epochs:
        seen = order_of(expect, epoch, sets["train"], "training")
        expect.equal(sorted(seen), list(range(50)), what="samples of one training epoch, sorted")


@pytest.mark.points(3)
@pytest.mark.hint(
    "A network that always sees the images in the same order learns that order too. Look at the "
    "samples of two epochs, one after the other."
)
@pytest.mark.reread("Shuffled or not: see the difference")
def test_training_order_is_new_every_epoch(probe, expect, show, rng):
    """Training samples come in a random order, a new one every epoch"""
    sets = draw_sets(rng, 60, 20, 20)
    epochs, _, _ = served(probe, expect, sets, batch_size=8, eval_batch_size=5, epochs=3)
    orders = [order_of(expect, epoch, sets["train"], "training") for epoch in epochs]
    two = {"Epoch 1": orders[0], "Epoch 2": orders[1]}
    show.order("The order in which the training samples came", two, size=60)
    for order in orders:
        expect.that(order != sorted(order), "another order than the data set's", order)
    for one, other in [(0, 1), (1, 2), (0, 2)]:
        expect.that(orders[one] != orders[other], "a new order", "the same one in two epochs")


@pytest.mark.points(1)
@pytest.mark.hint("Evaluation has a batch size of its own; without gradients it can be larger.")
@pytest.mark.reread("Exercise: `build_loaders`")
def test_evaluation_batch_size(probe, expect, rng):
    """Validation and test batches have eval_batch_size samples, only the last may be smaller"""
    sets = draw_sets(rng, 50, 30, 22)
    loaders = served(probe, expect, sets, batch_size=7, eval_batch_size=10)
    for name, [epoch] in zip(("val", "test"), loaders[1:], strict=True):
        order_of(expect, epoch, sets[name], name)
        sizes = [len(batch) for batch in epoch]
        full = [10] * (len(sets[name]) // 10)
        expect.equal(sizes[: len(full)], full, what=f"sizes of the full {name} batches")
        rest = [len(sets[name]) % 10]
        expect.that(sizes[len(full) :] in ([], rest), "then a smaller last batch", sizes)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Order makes no difference to an average, so evaluation needs no shuffling; a fixed order "
    "lets you look up which image went wrong. And nothing may be left out."
)
@pytest.mark.reread("Exercise: `build_loaders`")
def test_evaluation_keeps_the_order(probe, expect, rng):
    """Validation and test have every sample once, in the order of the data set, every time"""
    sets = draw_sets(rng, 50, 33, 26)
    loaders = served(probe, expect, sets, batch_size=7, eval_batch_size=10, epochs=2)
    for name, epochs in zip(("val", "test"), loaders[1:], strict=True):
        wanted = list(range(len(sets[name])))
        for epoch in epochs:
            found = order_of(expect, epoch, sets[name], name)
            expect.equal(found, wanted, what=f"samples of the {name} set in order")


### BEGIN HIDDEN TESTS
@pytest.mark.points(1)
@pytest.mark.hint(
    "Random means sample by sample: a block of neighbours, or every third sample, is not a draw."
)
@pytest.mark.reread("How (not) to cut")
def test_split_draws_sample_by_sample(probe, expect, rng):
    """Samples near each other in the data set are no likelier to be in the same set"""
    inside = torch.zeros(40, 120)
    for row, seed in zip(inside, draw_numbers(rng, 40).tolist(), strict=True):
        how = {"val_size": 40, "seed": seed, "shaken": seed}
        row[split_places(probe, expect, draw_numbers(rng, 120), **how)[1]] = 1
    for distance in range(1, 25):
        together = (inside[:, distance:] == inside[:, :-distance]).double().mean().item()
        expect.that(
            0.4 < together < 0.7,
            f"about 55 % of the samples {distance} apart to be in the same set",
            f"{together:.0%}",
        )


@pytest.mark.points(1)
@pytest.mark.hint(
    "A map-style data set promises a length and items by index, and nothing else; an image and "
    "its label stay together."
)
@pytest.mark.reread("Exercise: `split_train_val`")
def test_split_keeps_items_as_they_are(probe, expect, rng):
    """Any map-style data set of images and labels can be split, and its items stay as they are"""
    for pictures in (False, True):
        numbers = torch.randperm(256, generator=rng)[:90]
        labels = torch.randint(0, 10, (90,), generator=rng)
        how = {"val_size": 31, "seed": 11, "pictures": pictures}
        items = sorted(torch.cat(halves_of(probe, expect, numbers, labels, **how)).tolist())
        pairs = sorted(torch.stack([numbers, labels], dim=1).tolist())
        expect.equal(items, pairs, what="numbers and labels of all samples, sorted")


@pytest.mark.points(1)
@pytest.mark.hint(
    "Shuffling mixes all samples: batches of neighbours in a random order, or the data set from "
    "another starting point, keep samples together."
)
@pytest.mark.reread("Shuffled or not: see the difference")
def test_training_order_is_well_mixed(probe, expect, rng):
    """A shuffled epoch keeps no neighbours together and no sample near its place"""
    sets = draw_sets(rng, 600, 20, 20)
    epochs, _, _ = served(probe, expect, sets, batch_size=20, eval_batch_size=20, epochs=2)
    orders = [torch.tensor(order_of(expect, epoch, sets["train"], "training")) for epoch in epochs]
    for order in orders:
        expect.equal(order.sort().values.tolist(), list(range(600)), what="one epoch, sorted")
    before = torch.arange(600)
    for order, other in [(orders[0], before), (orders[1], before), (orders[1], orders[0])]:
        place = other.argsort()[order]
        steps = (place[1:] - place[:-1]).abs()
        neighbours = int((steps == 1).sum())
        # A fair shuffle: 2, 18 and 200 are usual, these bounds are met but once in 10**15.
        expect.that(neighbours < 25, "hardly any neighbours to stay together", f"{neighbours}")
        batchmates = place.view(30, 20) // 20
        kept = int((batchmates[:, 1:] == batchmates[:, :1]).sum())
        expect.that(kept < 70, "batches to be mixed anew", f"{kept} samples with batch mates")
        moved = (place - before).abs().double().mean().item()
        expect.that(150 < moved < 250, "samples to move by 200 places on average", f"{moved:.0f}")


@pytest.mark.points(1)
@pytest.mark.hint("Whatever a loader does to the order, an image and its label go together.")
@pytest.mark.reread("Batches")
def test_labels_go_with_their_images(probe, expect, rng):
    """Every image of a batch comes with its own label"""
    sets = draw_sets(rng, 43, 29, 31)
    every = torch.cat(list(sets.values()))
    loaders = served(probe, expect, sets, batch_size=6, eval_batch_size=9, epochs=2)
    for name, epochs in zip(sets, loaders, strict=True):
        for epoch in epochs:
            found = order_of(expect, epoch, every, "data")
            expect.that(bool(found), f"images from the {name} set", "none at all")
            numbers, labels = joined(epoch).T
            wanted = (numbers % 10).tolist()
            expect.equal(labels.tolist(), wanted, what=f"labels of the {name} images")


@pytest.mark.points(1)
@pytest.mark.hint("Batches of one sample, and batches larger than the data set, are batches too.")
@pytest.mark.reread("Batches")
def test_tiny_and_huge_batches(probe, expect, rng):
    """A batch size of 1 and one larger than the data set work as well"""
    for batch_size, eval_batch_size in [(1, 1000), (1000, 1)]:
        sets = draw_sets(rng, 17, 13, 9)
        loaders = served(
            probe, expect, sets, batch_size=batch_size, eval_batch_size=eval_batch_size
        )
        for name, [epoch], size in zip(
            sets, loaders, (batch_size, eval_batch_size, eval_batch_size), strict=True
        ):
            order_of(expect, epoch, sets[name], name)
            full = len(sets[name])
            wanted = [1] * full if size == 1 else [full]
            sizes = [len(batch) for batch in epoch]
            expect.equal(sizes, wanted, what=f"sizes of the {name} batches of {size}")


### END HIDDEN TESTS
