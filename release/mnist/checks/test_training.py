"""`train_one_epoch`, `evaluate` and `fit`, on models, data and loaders that the checks bring."""

import math

import pytest
import torch
from closed_forms import (
    CLASSES,
    clusters,
    draw_images,
    draw_labels,
    draw_weights,
    linear_scores,
    mean_loss,
    pull,
    pull_from_zero,
    share_right,
)

from probes import evaluated, fitted, trained

ZERO_WEIGHTS = {"weight": torch.zeros(CLASSES, 16), "bias": torch.zeros(CLASSES)}
FIRST_PIXEL_UNUSED = {"weight": torch.zeros(CLASSES, 15), "bias": torch.zeros(CLASSES)}


def batches_of(size, *columns):
    """The batches that a loader without shuffling makes of `columns`."""
    return list(zip(*(column.split(size) for column in columns), strict=True))


def expect_weights(expect, found, weight, bias):
    """The model's weight and bias are these."""
    expect.close(found["weight"], weight, what="the weight after training", rtol=1e-4, atol=1e-5)
    expect.close(found["bias"], bias, what="the bias after training", rtol=1e-4, atol=1e-5)


def plain(value):
    """A number, also where it came as a tensor: its type is the business of other checks."""
    return value.item() if isinstance(value, torch.Tensor) and value.numel() == 1 else value


def pair(expect, returned):
    """The mean loss and the accuracy that `evaluate` returned."""
    fits = isinstance(returned, list) and len(returned) == 2
    expect.that(fits, "two numbers, (mean loss, accuracy)", returned)
    return returned


def curve(expect, history, name):
    """One list of numbers of the history that `fit` returned."""
    keys = 'a dict with the keys "train_loss", "val_loss" and "val_accuracy"'
    expect.that(isinstance(history, dict), keys, history)
    expect.that(name in history, keys, sorted(history))
    values = history[name]
    expect.that(isinstance(values, list) and bool(values), f"{name}: a list of floats", values)
    return [plain(value) for value in values]


@pytest.mark.points(2)
@pytest.mark.hint(
    "Three calls turn a loss into better weights: they clear old gradients, compute new ones and "
    "let the optimizer move the weights. Each happens exactly once a batch."
)
def test_train_takes_a_step(probe, expect, rng, device):
    """One batch moves the weights by one step of the optimizer, along the gradient of the loss"""
    inputs, labels = draw_images(rng, 12), draw_labels(rng, 12)
    data = {"inputs": inputs, "labels": labels, "batch_size": 12, "device": device}
    found = probe(trained, **ZERO_WEIGHTS, **data, lr=0.25, loss="cross entropy")
    weight, bias = pull_from_zero(inputs, labels)
    expect_weights(expect, found, 0.25 * weight, 0.25 * bias)


@pytest.mark.points(2)
@pytest.mark.hint(
    "PyTorch adds new gradients to those that are there already. What has to happen between two "
    "batches, so that each batch moves the weights by its own gradient alone?"
)
def test_train_steps_once_for_each_batch(probe, expect, rng, device):
    """Every batch of an epoch moves the weights once, by the gradient of its own loss alone"""
    inputs, labels = draw_images(rng, 26), draw_labels(rng, 26)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    found = probe(trained, weight=weight, bias=bias, **data, lr=0.1)
    steps = [pull(*batch) for batch in batches_of(8, inputs, labels)]
    expect_weights(
        expect,
        found,
        weight + 0.1 * sum(step for step, _ in steps),
        bias + 0.1 * sum(step for _, step in steps),
    )


@pytest.mark.points(1)
@pytest.mark.hint(
    "A curve of training losses needs plain numbers: one for the whole epoch, as a Python float."
)
def test_train_returns_the_mean_loss(probe, expect, rng, device):
    """train_one_epoch returns the mean loss of the epoch as a Python float"""
    inputs, labels = draw_images(rng, 24), draw_labels(rng, 24)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    model = {"weight": weight, "bias": bias}
    found = probe(trained, **model, **data, lr=0.0, loss="cross entropy")["returned"]
    expect.number(found, what="the returned training loss")
    expected = mean_loss(linear_scores(weight, bias, inputs), labels)
    expect.close(found, expected, what="the mean training loss")


@pytest.mark.points(1)
@pytest.mark.hint(
    "Layers like dropout behave differently in training. A model that comes from an evaluation "
    "has to be told that training begins."
)
def test_train_in_training_mode(probe, expect, rng, device):
    """The model is in training mode for every batch that train_one_epoch looks at"""
    inputs, labels = draw_images(rng, 24), draw_labels(rng, 24)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    model = {"weight": weight, "bias": bias, "trait": "lively"}
    found = plain(probe(trained, **model, **data, lr=0.0, loss="cross entropy")["returned"])
    expected = mean_loss(2 * linear_scores(weight, bias, inputs), labels)
    expect.close(found, expected, what="the loss of a model that doubles its scores in training")


@pytest.mark.points(1)
@pytest.mark.hint(
    "A model on a GPU can't compute with images in the computer's main memory: both inputs and "
    "labels have to travel to `device` first."
)
def test_train_moves_batches_to_the_device(probe, expect, rng, device):
    """train_one_epoch moves inputs and labels to the device"""
    inputs, labels = draw_images(rng, 8), draw_labels(rng, 8)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    found = probe(trained, **ZERO_WEIGHTS, **data, lr=0.5, loss="cross entropy", elsewhere=True)
    weight, bias = pull_from_zero(inputs, labels)
    expect_weights(expect, found, 0.5 * weight, 0.5 * bias)


@pytest.mark.points(1)
@pytest.mark.hint(
    "The mean is over samples: five batches' mean losses are only worth the same if the batches "
    "are of the same size. Which of them isn't?"
)
def test_evaluate_returns_the_mean_loss(probe, expect, rng, device):
    """evaluate returns the mean loss over all samples first, as a Python float"""
    inputs, labels = draw_images(rng, 35), draw_labels(rng, 35)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 16, "device": device}
    loss, _ = pair(expect, probe(evaluated, weight=weight, bias=bias, **data))
    expect.number(loss, what="the returned loss")
    expected = mean_loss(linear_scores(weight, bias, inputs), labels)
    expect.close(loss, expected, what="the mean loss")


@pytest.mark.points(1)
@pytest.mark.hint(
    "Accuracy is a share: the images that got their highest score for the right class, out of all "
    "images. A number from 0 to 1, as a Python float."
)
def test_evaluate_returns_the_accuracy(probe, expect, rng, device):
    """evaluate returns the share of right predictions second, as a Python float"""
    inputs, labels = draw_images(rng, 35), draw_labels(rng, 35)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 16, "device": device}
    _, accuracy = pair(expect, probe(evaluated, weight=weight, bias=bias, **data))
    expect.number(accuracy, what="the returned accuracy")
    expected = share_right(linear_scores(weight, bias, inputs), labels)
    expect.close(accuracy, expected, what="the accuracy")


@pytest.mark.points(1)
@pytest.mark.hint(
    "Layers like dropout have to hold still while a model is measured: a model that comes from "
    "training has to be told."
)
def test_evaluate_in_evaluation_mode(probe, expect, rng, device):
    """The model is in evaluation mode for every batch that evaluate looks at"""
    inputs, labels = draw_images(rng, 32), draw_labels(rng, 32)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    loss, _ = pair(expect, probe(evaluated, weight=weight, bias=bias, **data, trait="lively"))
    expected = mean_loss(linear_scores(weight, bias, inputs), labels)
    what = "the loss of a model that doubles its scores in training"
    expect.close(plain(loss), expected, what=what)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Keeping track of gradients costs time and memory, and nobody asks for gradients here. "
    "PyTorch has a way to say so."
)
def test_evaluate_tracks_no_gradients(probe, expect, rng, device):
    """evaluate computes without keeping track of gradients"""
    inputs, labels = draw_images(rng, 32), draw_labels(rng, 32)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    loss, _ = pair(expect, probe(evaluated, weight=weight, bias=bias, **data, trait="tracked"))
    expected = mean_loss(linear_scores(weight, bias, inputs), labels)
    what = "the loss of a model that triples its scores when tracked"
    expect.close(plain(loss), expected, what=what)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Three lists in a dict, each with one Python float for each epoch; the docstring has the keys."
)
def test_fit_returns_the_history(probe, expect, rng, device):
    """fit returns three lists with a float for each epoch"""
    train, val = clusters(rng, 42), clusters(rng, 20)
    data = {"train": list(train), "val": list(val), "batch_size": 6, "device": device}
    history = probe(fitted, **FIRST_PIXEL_UNUSED, **data, epochs=3, lr=0.01)["history"]
    for name in ("train_loss", "val_loss", "val_accuracy"):
        values = curve(expect, history, name)
        expect.equal(len(values), 3, what=f"length of {name} after 3 epochs")
        for value in history[name]:
            expect.number(value, what=name)


@pytest.mark.points(2)
@pytest.mark.hint(
    "The caller keeps using the model it passed in: its own weights have to get better, not those "
    "of a copy. The optimizer has to know all of them."
)
def test_fit_trains_the_model(probe, expect, rng, device):
    """fit trains the very model that it was given, all of it, and its training loss goes down"""
    inputs, labels = clusters(rng, 60)
    data = {"train": [inputs, labels], "val": [inputs, labels], "batch_size": 6, "device": device}
    found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, epochs=4, lr=0.01)
    weight = expect.tensor(found["weight"], (CLASSES, 15), what="the weight after training")
    bias = expect.tensor(found["bias"], (CLASSES,), what="the bias after training")
    after = mean_loss(linear_scores(weight, bias, inputs.flatten(1)[:, 1:]), labels)
    before = math.log(CLASSES)
    expect.that(after < before, f"a training loss below {before:.4f}", f"{after:.4f}")
    expect.that(bool(bias.any()), "weight and bias to change", "the same bias as before")


@pytest.mark.points(1)
@pytest.mark.hint("Batches travel to `device`, so the model has to be there as well.")
def test_fit_moves_the_model_to_the_device(probe, expect, rng, device):
    """fit moves the model to the device"""
    train, val = clusters(rng, 42), clusters(rng, 20)
    data = {"train": list(train), "val": list(val), "batch_size": 6, "device": device}
    found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, epochs=1, lr=0.01, trait="unmoved")
    weight = expect.tensor(found["weight"], (CLASSES, 15), what="the weight after training")
    expect.that(bool(weight.any()), "a weight that has changed", weight)
