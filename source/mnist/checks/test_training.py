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


### BEGIN HIDDEN TESTS
from oracle import double, draw_normed, normed_epoch, normed_scores, squares

from probes import by_device_name, evaluated_normed, trained_normed


def contradicting(rng, train, size):
    """Validation images like those of `train`, three of four labelled wrongly."""
    chosen = torch.randperm(len(train[0]), generator=rng)[:size]
    wrong = (torch.arange(size) % 4 > 0).long()
    return [train[0][chosen], (train[1][chosen] + wrong) % CLASSES]


def unused_first(inputs):
    """What the model of `fitted` sees of its inputs."""
    return inputs.flatten(1)[:, 1:]


@pytest.mark.points(1)
@pytest.mark.hint(
    "Gradients may be left over from before the first batch, too. When do they have to be cleared?"
)
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
def test_train_weighs_samples_equally(probe, expect, rng, device):
    """A smaller last batch weighs less in the mean training loss"""
    inputs, labels = draw_images(rng, 17), draw_labels(rng, 17)
    weight, bias = draw_weights(rng)
    data = {"inputs": inputs, "labels": labels, "batch_size": 8, "device": device}
    model = {"weight": weight, "bias": bias}
    found = probe(trained, **model, **data, lr=0.0, loss="cross entropy")["returned"]
    expected = mean_loss(linear_scores(weight, bias, inputs), labels)
    what = "the mean training loss over 8 + 8 + 1 samples"
    expect.close(plain(found), expected, what=what)


@pytest.mark.points(1)
@pytest.mark.hint(
    "train_one_epoch is told which loss, which optimizer and which model to use, whatever they are."
)
def test_train_uses_what_it_is_given(probe, expect, rng, device):
    """Any loss, an optimizer with momentum and a network with batch norm train as they should"""
    state, inputs, labels = draw_normed(rng), draw_images(rng, 48), draw_labels(rng, 48)
    how = {"lr": 0.2, "momentum": 0.8, "weight_decay": 0.05}
    data = {"inputs": inputs, "labels": labels, "batch_size": 16, "device": device}
    found = probe(trained_normed, state=state, **data, **how)
    weights, loss = normed_epoch(state, batches_of(16, inputs, labels), **how)
    for name, expected in weights.items():
        expect.close(found[name], expected, what=f"{name} after an epoch", rtol=1e-3, atol=1e-4)
    expect.close(plain(found["returned"]), loss, what="the mean training loss")


@pytest.mark.points(1)
@pytest.mark.hint(
    "Evaluating is looking, not touching: afterwards all of the model's numbers are as before, "
    "the running statistics of batch norm included."
)
def test_evaluate_changes_nothing(probe, expect, rng, device):
    """evaluate leaves parameters and buffers as they are, and measures by any loss"""
    state, inputs, labels = draw_normed(rng), draw_images(rng, 32), draw_labels(rng, 32)
    data = {"inputs": inputs, "labels": labels, "batch_size": 16, "device": device}
    found = probe(evaluated_normed, state=state, **data)
    for name, before in state.items():
        expect.equal(found["state"][name], before, what=f"{name} after evaluating")
    scores = normed_scores(double(state), inputs, training=False)
    loss, _ = pair(expect, found["returned"])
    expect.close(plain(loss), squares(scores, labels).item(), what="the mean loss")


@pytest.mark.points(1)
@pytest.mark.hint("Validation batches travel to `device` just as training batches do.")
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
def test_fit_evaluates_after_each_epoch(probe, expect, rng, device):
    """After each epoch come a new val_loss and val_accuracy, the last from the final weights"""
    train = clusters(rng, 60)
    val = contradicting(rng, train, 32)
    data = {"train": list(train), "val": val, "batch_size": 8, "device": device}
    found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, epochs=4, lr=0.01, trait="lively")
    losses = curve(expect, found["history"], "val_loss")
    accuracies = curve(expect, found["history"], "val_accuracy")
    scores = linear_scores(found["weight"], found["bias"], unused_first(val[0]))
    expect.close(losses[-1], mean_loss(scores, val[1]), what="the last val_loss")
    expect.close(accuracies[-1], share_right(scores, val[1]), what="the last val_accuracy")
    expect.that(len(set(losses)) == len(losses), "another val_loss after each epoch", losses)


@pytest.mark.points(1)
@pytest.mark.hint(
    "The loss of the epoch is the plain cross entropy: no smoothing, no weights for classes, and "
    "a mean over samples."
)
def test_fit_measures_cross_entropy(probe, expect, rng, device):
    """With steps too small to matter, train_loss and val_loss are the model's cross entropy"""
    train, val = clusters(rng, 56), clusters(rng, 32)
    weight, bias = draw_weights(rng, inputs=15)
    data = {"train": list(train), "val": list(val), "batch_size": 8, "device": device}
    found = probe(fitted, weight=weight, bias=bias, **data, epochs=2, lr=1e-9)
    for name, (inputs, labels) in (("train_loss", train), ("val_loss", val)):
        expected = mean_loss(linear_scores(weight, bias, unused_first(inputs)), labels)
        for value in curve(expect, found["history"], name):
            expect.close(value, expected, what=name, rtol=1e-3)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Every epoch passes over the training samples once, and validation samples are only looked at: "
    "what they are must not change a single weight."
)
def test_fit_trains_on_training_samples_only(probe, expect, rng, device):
    """Each epoch trains once on every training sample, and never on validation samples"""
    train = clusters(rng, 60)
    data = {"train": list(train), "batch_size": 8, "device": device, "lr": 0.01}
    vals = [contradicting(rng, train, 35), list(clusters(rng, 35))]
    runs = [probe(fitted, **FIRST_PIXEL_UNUSED, **data, val=val, epochs=1) for val in vals]
    for name in ("weight", "bias"):
        expect.close(
            runs[1][name], runs[0][name].double(), what=f"{name} after other validation images"
        )
    found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, val=vals[0], epochs=8)
    passes = torch.tensor(found["trained_on"], dtype=torch.int64).bincount(minlength=60)
    expect.equal(passes.tolist(), [8] * 60, what="passes over each training sample in 8 epochs")


@pytest.mark.points(1)
@pytest.mark.hint(
    "lr is the caller's choice: the optimizer steps by it, a schedule starts from or rises to it."
)
def test_fit_uses_the_learning_rate(probe, expect, rng, device):
    """A learning rate ten times as high moves the weights ten times as far"""
    train, val = clusters(rng, 60), clusters(rng, 20)
    data = {"train": list(train), "val": list(val), "batch_size": 6, "device": device}
    moved = []
    for lr in (1e-5, 1e-4):
        found = probe(fitted, **FIRST_PIXEL_UNUSED, **data, epochs=1, lr=lr)
        moved.append(found["weight"].abs().mean().item())
        peak = found["peak_lr"]
        if peak is not None:
            expect.that(0.5 * lr < peak < 1.001 * lr, f"steps at a rate of {lr} at most", peak)
    ratio = moved[1] / max(moved[0], 1e-30)
    expect.that(5 < ratio < 20, "weights that move about ten times as far", f"{ratio:.2f} times")


@pytest.mark.points(1)
@pytest.mark.hint('A device may come as a torch.device or as its name: "cpu" is fine, too.')
def test_device_may_be_a_name(probe, expect, rng, device):
    """The three functions take the device's name as well"""
    inputs, labels = draw_images(rng, 40), draw_labels(rng, 40)
    data = {"inputs": inputs, "labels": labels, "batch_size": 40, "device": device}
    found = probe(by_device_name, **ZERO_WEIGHTS, **data, lr=0.25)
    weight, bias = pull_from_zero(inputs, labels)
    expect_weights(expect, found, 0.25 * weight, 0.25 * bias)


### END HIDDEN TESTS
