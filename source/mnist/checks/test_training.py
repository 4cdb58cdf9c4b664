"""`train_one_epoch`, `evaluate` and `fit`, on models, data and loaders that the checks bring."""

import math

import pytest
import torch
from answers import fields, plain
from challenge import (
    SIDE,
    clusters,
    draw_guessed,
    draw_images,
    draw_labels,
    draw_sizes,
    draw_weights,
)
from closed_forms import (
    CLASSES,
    alignment,
    linear_scores,
    mean_loss,
    pull,
    pull_from_zero,
    share_right,
)

from probes import evaluated, fitted, trained

ZERO_WEIGHTS = {"weight": torch.zeros(CLASSES, 16), "bias": torch.zeros(CLASSES)}
SEEN = SIDE * SIDE - 1
FIRST_PIXEL_UNUSED = {"weight": torch.zeros(CLASSES, SEEN), "bias": torch.zeros(CLASSES)}


def batches_of(size, *columns):
    """The batches that a loader without shuffling makes of `columns`."""
    return list(zip(*(column.split(size) for column in columns), strict=True))


def seen(inputs):
    """What the model of `fitted` sees of its inputs: all but pixel 0."""
    return inputs.flatten(1)[:, 1:]


def expect_weights(expect, found, weight, bias):
    """The model's weight and bias are these."""
    found_weight, found_bias = fields(expect, found, "weight", "bias")
    expect.close(found_weight, weight, what="the weight after training", rtol=1e-4, atol=1e-5)
    expect.close(found_bias, bias, what="the bias after training", rtol=1e-4, atol=1e-5)


def weights_of(expect, found):
    """The weight and the bias that the model of `fitted` ended with."""
    weight, bias = fields(expect, found, "weight", "bias")
    expect.tensor(weight, (CLASSES, SEEN), what="the weight after training")
    expect.tensor(bias, (CLASSES,), what="the bias after training")
    return weight, bias


def pulled(weight, train):
    """How far `weight` went along the pull of the training samples, from -1 to 1.

    Any optimizer starts from zero at 0.7 or more; another weight gets beyond 0.5 by a chance of
    less than one in a million.
    """
    return alignment(weight, pull_from_zero(seen(train[0]), train[1])[0])


def loss_of_fixed(fixed, train):
    """The mean loss of scores by the weight `fixed` (CLASSES, SEEN) alone."""
    return mean_loss(seen(train[0]).double() @ fixed.T.double(), train[1])


def returned(expect, found):
    """What `train_one_epoch` returned."""
    return fields(expect, found, "returned")[0]


def pair(expect, found):
    """The mean loss and the accuracy that `evaluate` returned."""
    fits = isinstance(found, list) and len(found) == 2
    expect.that(fits, "two numbers, (mean loss, accuracy)", found)
    return found


def curve(expect, found, name):
    """One list of the history that `fit` returned, its numbers plain."""
    [history] = fields(expect, found, "history")
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
@pytest.mark.reread("Downhill: `backward` and `step`")
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
@pytest.mark.reread("Downhill: `backward` and `step`")
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
@pytest.mark.reread("Exercise: `train_one_epoch`")
def test_train_returns_the_mean_loss(probe, expect, rng, device):
    """train_one_epoch returns the mean loss of the epoch as a Python float"""
    inputs, labels = draw_images(rng, 24), draw_labels(rng, 24)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    model = {"weight": weight, "bias": bias}
    found = probe(trained, **model, **data, lr=0.0, loss="cross entropy")
    loss = expect.number(returned(expect, found), what="the returned training loss")
    expected = mean_loss(linear_scores(weight, bias, inputs), labels)
    expect.close(loss, expected, what="the mean training loss")


@pytest.mark.points(1)
@pytest.mark.hint(
    "Layers like dropout behave differently in training. A model that comes from an evaluation "
    "has to be told that training begins."
)
@pytest.mark.reread("Two modes")
def test_train_in_training_mode(probe, expect, rng, device):
    """The model is in training mode for every batch that train_one_epoch looks at"""
    inputs, labels = draw_images(rng, 24), draw_labels(rng, 24)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    model = {"weight": weight, "bias": bias, "trait": "lively"}
    found = probe(trained, **model, **data, lr=0.0, loss="cross entropy")
    loss = plain(returned(expect, found))
    expected = mean_loss(2 * linear_scores(weight, bias, inputs), labels)
    expect.close(loss, expected, what="the loss of a model that doubles its scores in training")


@pytest.mark.points(1)
@pytest.mark.hint(
    "A model on a GPU can't compute with images in the computer's main memory: both inputs and "
    "labels have to travel to `device` first."
)
@pytest.mark.reread("Where to compute: the device")
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
@pytest.mark.reread("How wrong is it? The loss")
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
@pytest.mark.reread("Exercise: `evaluate`")
def test_evaluate_returns_the_accuracy(probe, expect, rng, device):
    """evaluate returns the share of right predictions second, as a Python float"""
    for right in torch.randint(10, 290, (4,), generator=rng).tolist():
        weight, bias = draw_weights(rng)
        inputs, labels = draw_guessed(rng, weight, bias, 299, right)
        data = {"inputs": inputs, "labels": labels, "batch_size": 64, "device": device}
        _, accuracy = pair(expect, probe(evaluated, weight=weight, bias=bias, **data))
        expect.number(accuracy, what="the returned accuracy")
        expected = share_right(linear_scores(weight, bias, inputs), labels)
        expect.close(accuracy, expected, what=f"the accuracy with {right} of 299 right")


@pytest.mark.points(1)
@pytest.mark.hint(
    "Layers like dropout have to hold still while a model is measured: a model that comes from "
    "training has to be told."
)
@pytest.mark.reread("Two modes")
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
@pytest.mark.reread("Two modes")
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
@pytest.mark.reread("Exercise: `fit`")
def test_fit_returns_the_history(probe, expect, rng, device):
    """fit returns three lists with a float for each epoch"""
    train, val = clusters(rng, 18), clusters(rng, 12)
    data = {"train": list(train), "val": list(val), "batch_size": 6, "device": device}
    fixed = 1e4 * torch.randn(CLASSES, SEEN, generator=rng)
    # About one draw in 40 gets every sample right. Then its opposite gets them wrong.
    fixed = max((fixed, -fixed), key=lambda one: loss_of_fixed(one, train))
    losses = []
    for epochs, size in zip((3, 1, 2, 1, 1), draw_sizes(rng, 5), strict=True):
        # Scores that nothing moves, so large that the loss is as large as they are.
        how = {"fixed": size * fixed, "epochs": epochs, "lr": 0.01}
        found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, **how)
        for name in ("train_loss", "val_loss", "val_accuracy"):
            values = curve(expect, found, name)
            expect.equal(len(values), epochs, what=f"length of {name} after {epochs} epochs")
            for value in found["history"][name]:
                expect.number(value, what=name)
        losses += [loss / size for loss in curve(expect, found, "train_loss")]
    wanted = loss_of_fixed(fixed, train)
    near = 0.1 * wanted < losses[0] < 100 * wanted
    expect.that(near, f"a train_loss of about {wanted:.0f}", losses[0])
    for loss in losses:
        expect.close(loss, losses[0], rtol=0.02, what="train_loss for scores of the same size")


@pytest.mark.points(2)
@pytest.mark.hint(
    "The caller keeps using the model it passed in: its own weights have to get better, not those "
    "of a copy. The optimizer has to know all of them."
)
@pytest.mark.reread("Exercise: `fit`")
def test_fit_trains_the_model(probe, expect, rng, device):
    """fit trains the very model that it was given, all of it, and its training loss goes down"""
    train = clusters(rng, 60)
    data = {"train": list(train), "val": list(train), "batch_size": 6, "device": device}
    found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, epochs=4, lr=1e-3)
    weight, bias = weights_of(expect, found)
    before, after = (
        math.log(CLASSES),
        mean_loss(linear_scores(weight, bias, seen(train[0])), train[1]),
    )
    expect.that(after < before, f"a training loss below {before:.4f}", f"{after:.4f}")
    expect.that(bool(bias.any()), "weight and bias to change", "the same bias as before")
    way = pulled(weight, train)
    expect.that(way > 0.5, "weights that went where the training samples pull", f"{way:.2f}")


@pytest.mark.points(1)
@pytest.mark.hint("Batches travel to `device`, so the model has to be there as well.")
@pytest.mark.reread("Where to compute: the device")
def test_fit_moves_the_model_to_the_device(probe, expect, rng, device):
    """fit moves the model to the device"""
    train = clusters(rng, 42)
    data = {"train": list(train), "val": list(train), "batch_size": 6, "device": device}
    found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, epochs=1, lr=0.03, trait="unmoved")
    weight, _ = weights_of(expect, found)
    way = abs(pulled(weight, train))
    expect.that(way > 0.5, "a weight that the training samples moved", f"{way:.2f}")


### BEGIN HIDDEN TESTS
from answers import places
from challenge import draw_numbers, draw_shared_labels
from closed_forms import shares_possible
from oracle import double, draw_normed, normed_epoch, normed_scores, squares

from probes import evaluated_normed, trained_normed


def lone_pixels(rng, size, val_size):
    """Training and validation samples of one bright pixel each, where no other sample has any.

    So a weight moves if and only if its sample is trained on. There are two validation sets, all
    with the commonest of the training labels and all with the rarest, so that training makes their
    loss better and worse. Returns the places of the training samples' pixels among the seen, too.
    """
    own = torch.randperm(SEEN, generator=rng)[: size + val_size]
    inputs = torch.zeros(size + val_size, SIDE * SIDE)
    brightness = torch.randn(size + val_size, generator=rng)
    inputs[torch.arange(len(own)), 1 + own] = brightness + 2 * brightness.sign()
    inputs[:, 0] = draw_numbers(rng, len(own))
    images = inputs.view(-1, 1, SIDE, SIDE)
    labels = draw_shared_labels(rng, size)
    counts = labels.bincount(minlength=CLASSES)
    vals = [[images[size:], label.repeat(val_size)] for label in (counts.argmax(), counts.argmin())]
    return [images[:size], labels], vals, own[:size].sort().values.tolist()


def contradicting(rng, train, size):
    """Validation images like those of `train`, three of four labelled wrongly."""
    chosen = torch.randperm(len(train[0]), generator=rng)[:size]
    wrong = (torch.arange(size) % 4 > 0).long()
    return [train[0][chosen], (train[1][chosen] + wrong) % CLASSES]


@pytest.mark.points(1)
@pytest.mark.hint(
    "Gradients may be left over from before the first batch, too. When do they have to be cleared?"
)
@pytest.mark.reread("Downhill: `backward` and `step`")
def test_train_clears_leftover_gradients(probe, expect, rng, device):
    """Gradients left over from before don't move the weights"""
    inputs, labels = draw_images(rng, 8), draw_labels(rng, 8)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    found = probe(trained, **ZERO_WEIGHTS, **data, lr=0.1, loss="cross entropy", leftover=5.0)
    weight, bias = pull_from_zero(inputs, labels)
    expect_weights(expect, found, 0.1 * weight, 0.1 * bias)


@pytest.mark.points(1)
@pytest.mark.hint(
    "The mean is over samples, not over batches: a last batch of one sample weighs as much as one "
    "sample of any other batch."
)
@pytest.mark.reread("Exercise: `train_one_epoch`")
def test_train_weighs_samples_equally(probe, expect, rng, device):
    """A smaller last batch weighs less in the mean training loss"""
    inputs, labels = draw_images(rng, 17), draw_labels(rng, 17)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    model = {"weight": weight, "bias": bias}
    found = probe(trained, **model, **data, lr=0.0, loss="cross entropy")
    expected = mean_loss(linear_scores(weight, bias, inputs), labels)
    what = "the mean training loss over 8 + 8 + 1 samples"
    expect.close(plain(returned(expect, found)), expected, what=what)


@pytest.mark.points(1)
@pytest.mark.hint(
    "train_one_epoch is told which loss, which optimizer and which model to use, whatever they are."
)
@pytest.mark.reread("Exercise: `train_one_epoch`")
def test_train_uses_what_it_is_given(probe, expect, rng, device):
    """Any loss, an optimizer with momentum and a network with batch norm train as they should"""
    state, inputs, labels = draw_normed(rng), draw_images(rng, 48), draw_labels(rng, 48)
    how = {"lr": 0.2, "momentum": 0.8, "weight_decay": 0.05}
    data = {"inputs": inputs, "labels": labels, "batch_size": 16, "device": device}
    found = probe(trained_normed, state=state, **data, **how)
    weights, loss = normed_epoch(state, batches_of(16, inputs, labels), **how)
    for value, (name, expected) in zip(
        fields(expect, found, *weights), weights.items(), strict=True
    ):
        expect.close(value, expected, what=f"{name} after an epoch", rtol=1e-3, atol=1e-4)
    expect.close(plain(returned(expect, found)), loss, what="the mean training loss")


@pytest.mark.points(1)
@pytest.mark.hint(
    "Evaluating is looking, not touching: afterwards all of the model's numbers are as before, "
    "the running statistics of batch norm included."
)
@pytest.mark.reread("Exercise: `evaluate`")
def test_evaluate_changes_nothing(probe, expect, rng, device):
    """evaluate leaves parameters and buffers as they are, and measures by any loss"""
    state, inputs, labels = draw_normed(rng), draw_images(rng, 32), draw_labels(rng, 32)
    data = {"inputs": inputs, "labels": labels, "batch_size": 16, "device": device}
    found = probe(evaluated_normed, state=state, **data)
    [after] = fields(expect, found, "state")
    for value, (name, before) in zip(fields(expect, after, *state), state.items(), strict=True):
        expect.equal(value, before, what=f"{name} after evaluating")
    scores = normed_scores(double(state), inputs, training=False)
    loss, _ = pair(expect, returned(expect, found))
    expect.close(plain(loss), squares(scores, labels).item(), what="the mean loss")


@pytest.mark.points(1)
@pytest.mark.hint("Validation batches travel to `device` just as training batches do.")
@pytest.mark.reread("Where to compute: the device")
def test_evaluate_moves_batches_to_the_device(probe, expect, rng, device):
    """evaluate moves inputs and labels to the device"""
    inputs, labels = draw_images(rng, 8), draw_labels(rng, 8)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    loss, _ = pair(expect, probe(evaluated, weight=weight, bias=bias, **data, elsewhere=True))
    expected = mean_loss(linear_scores(weight, bias, inputs), labels)
    expect.close(plain(loss), expected, what="the mean loss")


@pytest.mark.points(1)
@pytest.mark.hint(
    "After each epoch: evaluate the weights as they are then, on the validation images. The model "
    "keeps the weights of its last epoch, even if an earlier one was better."
)
@pytest.mark.reread("Exercise: `fit`")
def test_fit_evaluates_after_each_epoch(probe, expect, rng, device):
    """After each epoch come a new val_loss and val_accuracy, the last from the final weights"""
    train = clusters(rng, 60)
    val = contradicting(rng, train, 32)
    data = {"train": list(train), "val": val, "batch_size": 8, "device": device}
    found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, epochs=4, lr=3e-5, trait="lively")
    losses, accuracies = curve(expect, found, "val_loss"), curve(expect, found, "val_accuracy")
    weight, bias = weights_of(expect, found)
    scores = linear_scores(weight, bias, seen(val[0]))
    expect.close(losses[-1], mean_loss(scores, val[1]), what="the last val_loss")
    lowest, highest = shares_possible(scores, val[1])
    expect.that(highest - lowest < 0.2, "final weights that tell the classes apart", "none")
    middle, room = (lowest + highest) / 2, (highest - lowest) / 2
    expect.close(accuracies[-1], middle, what="the last val_accuracy", rtol=1e-4, atol=room)
    expect.that(len(set(losses)) == len(losses), "another val_loss after each epoch", losses)


@pytest.mark.points(1)
@pytest.mark.hint(
    "The loss of the epoch is the plain cross entropy: no smoothing, no weights for classes, and "
    "a mean over samples."
)
@pytest.mark.reread("How wrong is it? The loss")
def test_fit_measures_cross_entropy(probe, expect, rng, device):
    """With steps too small to matter, train_loss and val_loss are the model's cross entropy"""
    # The images are dim, as torch's Rprop takes no steps below 1e-6.
    train, val = (
        [inputs / 10, labels] for inputs, labels in (clusters(rng, 56), clusters(rng, 32))
    )
    weight, bias = draw_weights(rng, inputs=SEEN)
    weight = 10 * weight
    data = {"train": train, "val": val, "batch_size": 8, "device": device}
    found = probe(fitted, weight=weight, bias=bias, **data, epochs=2, lr=1e-9)
    for name, (inputs, labels) in (("train_loss", train), ("val_loss", val)):
        expected = mean_loss(linear_scores(weight, bias, seen(inputs)), labels)
        for value in curve(expect, found, name):
            expect.close(value, expected, what=name, rtol=1e-3)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Every epoch passes over the training samples once, and validation samples are only looked at: "
    "what they are must not change a single weight."
)
@pytest.mark.reread("Exercise: `fit`")
def test_fit_trains_on_training_samples_only(probe, expect, rng, device):
    """Each epoch trains once on every training sample, and never on validation samples"""
    train, vals, pixels = lone_pixels(rng, 60, 35)
    data = {"train": train, "batch_size": 8, "device": device, "lr": 0.01}
    ways = []
    for epochs, val in [(1, vals[0]), (8, vals[0]), (6, vals[1])]:
        found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, val=val, epochs=epochs)
        weight, _ = weights_of(expect, found)
        moved = (weight != 0).any(dim=0)
        expect.equal(moved.nonzero().flatten().tolist(), pixels, what="pixels with a weight")
        ways.append(weight.double().norm().item())
        [numbers] = fields(expect, found, "trained_on")
        passes = [0] * 60
        for place in places(expect, numbers, train[0][:, 0, 0, 0].long(), "the training set"):
            passes[place] += 1
        expect.equal(passes, [epochs] * 60, what=f"passes over each sample in {epochs} epochs")
    expect.that(ways[1] > 1.05 * ways[0], "weights that 8 epochs move further than one", ways)


@pytest.mark.points(1)
@pytest.mark.hint(
    "lr is the caller's choice: the optimizer steps by it, a schedule starts from or rises to it."
)
@pytest.mark.reread("Which optimizer?")
def test_fit_uses_the_learning_rate(probe, expect, rng, device):
    """A learning rate ten times as high moves the weights ten times as far"""
    train = clusters(rng, 60)
    data = {"train": list(train), "val": list(train), "batch_size": 6, "device": device}
    lowest = 1e-5 * (1 + torch.rand((), generator=rng).item())
    ways = []
    for lr in (lowest, 10 * lowest):
        found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, epochs=1, lr=lr)
        weight, _ = weights_of(expect, found)
        way = abs(pulled(weight, train))
        expect.that(way > 0.5, "a weight that the training samples moved", f"{way:.2f}")
        ways.append(weight.abs().mean().item())
        # Only the worker can say this, but a lie about it changes nothing else.
        [peak] = fields(expect, found, "peak_lr")
        if peak is not None:
            near = isinstance(peak, float) and 0.5 * lr < peak < 1.001 * lr
            expect.that(near, f"steps at a rate of {lr:.3g} at most", peak)
    ratio = ways[1] / max(ways[0], 1e-30)
    expect.that(5 < ratio < 20, "weights that move about ten times as far", f"{ratio:.2f} times")


@pytest.mark.points(1)
@pytest.mark.hint('A device may come as a torch.device or as its name: "cpu" is fine, too.')
@pytest.mark.reread("Where to compute: the device")
def test_device_may_be_a_name(probe, expect, rng, device):
    """The three functions take the device's name as well"""
    inputs, labels = draw_images(rng, 40), draw_labels(rng, 40)
    how = {"inputs": inputs, "labels": labels, "device": device, "named": True}
    found = probe(trained, **ZERO_WEIGHTS, **how, batch_size=40, lr=0.25, loss="cross entropy")
    weight, bias = pull_from_zero(inputs, labels)
    expect_weights(expect, found, 0.25 * weight, 0.25 * bias)
    # The loss of one sample, far larger than any accuracy: how it is averaged doesn't matter here.
    weight, bias = draw_weights(rng)
    inputs, labels = draw_guessed(rng, 1e4 * weight, bias, 1, right=0)
    how = {**how, "inputs": inputs, "labels": labels}
    found = pair(expect, probe(evaluated, weight=1e4 * weight, bias=bias, **how, batch_size=1))
    loss = mean_loss(linear_scores(1e4 * weight, bias, inputs), labels)
    numbers = [number for number in map(plain, found) if isinstance(number, (int, float))]
    largest = max(numbers, default=None)
    expect.close(largest, loss, what="the loss of one sample", rtol=0.01)
    train = clusters(rng, 42)
    data = {"train": list(train), "val": list(train), "batch_size": 6, "device": device}
    found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, epochs=1, lr=0.03, named=True)
    way = abs(pulled(weights_of(expect, found)[0], train))
    expect.that(way > 0.5, "a weight that the training samples moved", f"{way:.2f}")


### END HIDDEN TESTS
