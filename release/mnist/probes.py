"""Puts the student's code to work and brings back plain data, so that checks need not touch it.

A probe gets the student's modules and challenge data, and returns tensors, numbers, strings, and
lists and dicts of them. It judges nothing: what the data should be is worked out by the checks,
which believe nothing that could be sent without doing the work.
A cell with `part=` is there only while that part is checked, so no part's code can borrow from
another's. Nothing in a part's cells does what that part asks the student to write.
"""

from __future__ import annotations

# %%
import random
from functools import partial

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.utils.data import DataLoader, TensorDataset, default_collate
from torch.utils.data._utils.collate import default_collate_fn_map

# %% part="transforms"


def transformed(student, pixels, mean, std):
    """The transform's results, one by one; `pixels` is (N, 28, 28) uint8."""
    transform = student.transforms.build_transform(mean, std)
    return [transform(Image.fromarray(image.numpy())) for image in pixels]


# %% part="loaders"


class Numbered:
    """A map-style dataset of (image, label) items in which every image shows its own number."""

    def __init__(self, numbers, labels, pictures=False):
        self.numbers = numbers.tolist()
        self.labels = labels.tolist()
        self.pictures = pictures

    def __len__(self):
        return len(self.numbers)

    def __getitem__(self, index):
        number, label = self.numbers[int(index)], self.labels[int(index)]
        if self.pictures:
            return Image.new("L", (28, 28), number), label
        return torch.full((1, 28, 28), float(number)), label


def _number(image):
    return int(image.getpixel((0, 0)) if isinstance(image, Image.Image) else image.flatten()[0])


def _items(dataset):
    items = [dataset[index] for index in range(len(dataset))]
    pairs = [[_number(image), int(label)] for image, label in items]
    return torch.tensor(pairs, dtype=torch.int64).view(-1, 2)


def split(student, numbers, labels, val_size, seed, pictures=False, shaken=None):
    """Both halves of the split: (items, 2) int64 of an item's number and label.

    `shaken` seeds Python's, NumPy's and PyTorch's global random state beforehand.
    """
    if shaken is not None:
        random.seed(shaken)
        np.random.seed(shaken)
        torch.manual_seed(shaken)
    dataset = Numbered(numbers, labels, pictures)
    train_set, val_set = student.loaders.split_train_val(dataset, val_size, seed)
    return {"train": _items(train_set), "val": _items(val_set)}


def batches(student, train, val, test, batch_size, eval_batch_size, epochs=1):
    """What each loader yields, epoch by epoch: a list of batches, each (items, 2) int64.

    `train`, `val` and `test` are int64 numbers of samples; a sample's label is its number mod 10.
    A batch whose images have another shape than the data set's comes as that shape, a list.
    """
    sets = [Numbered(numbers, numbers % 10) for numbers in (train, val, test)]
    loaders = student.loaders.build_loaders(*sets, batch_size, eval_batch_size)
    return [[[_pairs(batch) for batch in loader] for _ in range(epochs)] for loader in loaders]


def _pairs(batch):
    inputs, labels = batch
    if inputs.shape[1:] != (1, 28, 28):
        return list(inputs.shape)
    return torch.stack([inputs.flatten(1)[:, 0].long(), torch.as_tensor(labels).long()], dim=1)


# %% part="model"


def network(student, batches, weights=(), sizes=None, training_batches=()):
    """The student's network at work on `batches`, each (N, 1, 28, 28) float32.

    `weights` are put in place of the network's own parameters of these shapes, transposed where
    need be. `sizes` are the arguments of `MLP`. `training_batches` pass in training mode first.
    Returns the shapes of the trainable parameters, the scores of each batch in evaluation mode,
    those of the first batch once more, and the gradients of their sum, in the shapes of `weights`.
    """
    model = student.model.MLP(*(sizes or ()))
    model.eval()
    with torch.no_grad():
        model(torch.zeros(2, 1, 28, 28))
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    found = [_put(trainable, weight) for weight in weights]
    model.train()
    for batch in training_batches:
        model(batch)
    model.eval()
    with torch.no_grad():
        scores = [model(batch) for batch in batches]
        again = model(batches[0])
    model.zero_grad()
    total = model(batches[0]).sum()
    if total.requires_grad:
        total.backward()
    return {
        "shapes": [list(parameter.shape) for parameter in trainable],
        "scores": scores,
        "again": again,
        "gradients": [
            _gradient(parameter, weight) for parameter, weight in zip(found, weights, strict=True)
        ],
    }


def _put(parameters, weight):
    for parameter in parameters:
        for value in (weight, weight.T if weight.dim() == 2 else weight):
            if parameter.shape == value.shape:
                with torch.no_grad():
                    parameter.copy_(value)
                return parameter
    return None


def _gradient(parameter, weight):
    if parameter is None or parameter.grad is None:
        return None
    return parameter.grad if parameter.shape == weight.shape else parameter.grad.T


# %% part="training"


class Elsewhere(torch.Tensor):
    """A batch on a device of its own: it works with nothing here until it has been moved."""

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if _is_move(function, args, kwargs):
            moved = super().__torch_function__(function, types, args, kwargs)
            return moved.as_subclass(torch.Tensor)
        if function == torch.Tensor.device.__get__:
            return torch.device("cuda", 0)
        if function != torch.Tensor.copy_ and any(map(_is_here, _tensors(args, kwargs))):
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two devices: "
                "this batch (inputs or labels) was not moved to `device`"
            )
        return super().__torch_function__(function, types, args, kwargs)


def _is_move(function, args, kwargs):
    if function in (torch.Tensor.cpu, torch.Tensor.cuda):
        return True
    target = args[1] if len(args) > 1 else kwargs.get("device", kwargs.get("other"))
    if isinstance(target, torch.Tensor):
        target = target.device if _is_here(target) else None
    return function == torch.Tensor.to and isinstance(target, (str, int, torch.device))


def _is_here(tensor):
    return not isinstance(tensor, Elsewhere) and tensor.dim() > 0


def _tensors(args, kwargs):
    for value in (*args, *kwargs.values()):
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _tensors(value, {})


class Lively(nn.Module):
    """Doubles what passes in training mode."""

    def forward(self, scores):
        return 2 * scores if self.training else scores


class Tracked(nn.Module):
    """Triples what passes while gradients are tracked."""

    def forward(self, scores):
        return 3 * scores if scores.requires_grad else scores


class Unmoved(nn.Module):
    """Lets nothing pass before it has been moved to a device, as a batch from elsewhere is."""

    moved = False

    def _apply(self, fn, *args, **kwargs):
        if not isinstance(fn(torch.zeros(1).as_subclass(Elsewhere)), Elsewhere):
            self.moved = True
        return super()._apply(fn, *args, **kwargs)

    def forward(self, scores):
        if not self.moved:
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two devices: "
                "the model was not moved to `device`"
            )
        return scores


class Noted(nn.Linear):
    """Notes the samples that gradients come back for; pixel 0 is a sample's number, not input.

    The weight `fixed` adds to the scores, and is no parameter: nothing moves it.
    """

    def __init__(self, inputs, outputs, fixed):
        super().__init__(inputs, outputs)
        self.fixed = fixed
        self.trained_on = []

    def forward(self, inputs):
        numbers, inputs = inputs[:, 0], inputs[:, 1:]
        scores = super().forward(inputs)
        if self.fixed is not None:
            scores = scores + inputs @ self.fixed.T.to(inputs.device)
        if scores.requires_grad:
            scores.register_hook(lambda _: self.trained_on.extend(numbers.long().tolist()))
        return scores


TRAITS = {"": nn.Identity, "lively": Lively, "tracked": Tracked, "unmoved": Unmoved}
LOSSES = {"cross entropy": nn.CrossEntropyLoss, "pull": nn.NLLLoss}


def _linear(weight, bias, trait="", kind=nn.Linear):
    linear = kind(*weight.T.shape)
    linear.load_state_dict({"weight": weight, "bias": bias})
    return nn.Sequential(nn.Flatten(), linear, TRAITS[trait]())


def _as_asked(device, named):
    """The device as an object, or as its name where `named`: "cpu" or "cuda"."""
    return str(device) if named else torch.device(device)


def _loader(inputs, labels, batch_size, elsewhere=False):
    data = TensorDataset(inputs, labels)
    if not elsewhere:
        return DataLoader(data, batch_size)

    def collate(items):
        columns = (torch.stack(column) for column in zip(*items, strict=True))
        return [column.as_subclass(Elsewhere) for column in columns]

    return DataLoader(data, batch_size, collate_fn=collate)


def trained(
    student,
    weight,
    bias,
    inputs,
    labels,
    batch_size,
    lr,
    device,
    loss="pull",
    trait="",
    leftover=None,
    elsewhere=False,
    named=False,
):
    """A linear model after one epoch of SGD, and what `train_one_epoch` returned.

    The model comes in evaluation mode, with `leftover` as the gradient of every parameter. Batches
    come `elsewhere` from where they have to be moved to `device`.
    """
    model = _linear(weight, bias, trait).to(device).eval()
    if leftover is not None:
        for parameter in model.parameters():
            parameter.grad = torch.full_like(parameter, leftover)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = _loader(inputs, labels, batch_size, elsewhere)
    returned = student.training.train_one_epoch(
        model, loader, LOSSES[loss](), optimizer, _as_asked(device, named)
    )
    return {"returned": returned, "weight": model[1].weight, "bias": model[1].bias}


def evaluated(
    student,
    weight,
    bias,
    inputs,
    labels,
    batch_size,
    device,
    trait="",
    elsewhere=False,
    named=False,
):
    """What `evaluate` returns for a linear model that comes in training mode."""
    model = _linear(weight, bias, trait).to(device).train()
    loader = _loader(inputs, labels, batch_size, elsewhere)
    loss_fn = nn.CrossEntropyLoss()
    return _as_list(student.training.evaluate(model, loader, loss_fn, _as_asked(device, named)))


def fitted(
    student,
    weight,
    bias,
    train,
    val,
    batch_size,
    epochs,
    lr,
    device,
    trait="",
    fixed=None,
    named=False,
):
    """A linear model after `fit`: its weights, the history, and the samples trained on, in order.

    `train` and `val` are [inputs, labels]; pixel 0 of an input is the sample's number and is
    not shown to the model. `peak_lr` is the highest rate that a PyTorch optimizer stepped at.
    """
    model = _linear(weight, bias, trait, kind=partial(Noted, fixed=fixed))
    rates = []
    watch = register_optimizer_step_pre_hook(
        lambda optimizer, *_: rates.extend(float(group["lr"]) for group in optimizer.param_groups)
    )
    try:
        history = student.training.fit(
            model,
            _loader(*train, batch_size),
            _loader(*val, batch_size),
            epochs=epochs,
            lr=lr,
            device=_as_asked(device, named),
        )
    finally:
        watch.remove()
    return {
        "history": dict(history) if isinstance(history, dict) else history,
        "weight": model[1].weight,
        "bias": model[1].bias,
        "trained_on": model[1].trained_on,
        "peak_lr": max(rates, default=None),
    }


def _as_list(returned):
    return list(returned) if isinstance(returned, tuple) else returned


# %% part="accuracy"
