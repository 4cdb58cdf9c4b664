"""A decorator for evaluation, running means, cross entropy by log_softmax, Adamax, defaultdict."""

from collections import defaultdict

import torch
import torch.nn.functional as F


class Mean:
    def __init__(self):
        self.total, self.count = 0.0, 0

    def add(self, value, count):
        self.total += value * count
        self.count += count

    @property
    def value(self):
        return self.total / self.count


def train_one_epoch(model, loader, loss_fn, optimizer, device):
    mean = Mean()
    iterator = iter(loader)
    while (batch := next(iterator, None)) is not None:
        model.train()
        images, labels = (one.to(device, non_blocking=True) for one in batch)
        model.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        mean.add(loss.detach().item(), images.size(0))
    return mean.value


@torch.inference_mode()
def evaluate(model, loader, loss_fn, device):
    was_training = model.training
    model.eval()
    loss, accuracy = Mean(), Mean()
    for images, labels in loader:
        labels = labels.to(device)
        scores = model(images.to(device))
        loss.add(loss_fn(scores, labels).item(), len(labels))
        accuracy.add((torch.argmax(scores, -1) == labels).double().mean().item(), len(labels))
    model.train(was_training)
    return loss.value, accuracy.value


def cross_entropy(scores, labels):
    return F.nll_loss(F.log_softmax(scores, dim=-1), labels)


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    model = model.to(device)
    optimizer = torch.optim.Adamax(model.parameters(), lr=lr)
    history = defaultdict(list)
    for epoch in range(epochs):
        history["train_loss"].append(
            train_one_epoch(model, train_loader, cross_entropy, optimizer, device)
        )
        loss, accuracy = evaluate(model, val_loader, cross_entropy, device)
        history["val_loss"].append(loss)
        history["val_accuracy"].append(accuracy)
        print(f"{epoch + 1}/{epochs}", {name: values[-1] for name, values in history.items()})
    return history
