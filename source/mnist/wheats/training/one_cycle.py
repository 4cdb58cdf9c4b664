"""fit with loops of its own and a one-cycle schedule; closures, enumerate, a running mean."""

import numpy as np
import torch
from torch import nn, optim


def train_one_epoch(model, loader, loss_fn, optimizer, device):
    return _pass(model, loader, loss_fn, device, optimizer)[0]


def evaluate(model, loader, loss_fn, device):
    return _pass(model, loader, loss_fn, device)


def _pass(model, loader, loss_fn, device, optimizer=None, schedule=None):
    model.train(optimizer is not None)
    losses, hits, sizes = [], [], []
    with torch.set_grad_enabled(optimizer is not None):
        for _, batch in enumerate(loader):
            inputs, labels = [part.to(torch.device(device)) for part in batch]
            scores = model(inputs)
            loss = loss_fn(scores, labels)
            if optimizer is not None:
                model.zero_grad()
                loss.backward()
                optimizer.step()
            if schedule is not None:
                schedule.step()
            losses.append(loss.item())
            hits.append((scores.argmax(-1) == labels).float().mean().item())
            sizes.append(len(inputs))
    return np.average(losses, weights=sizes), np.average(hits, weights=sizes)


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    device = torch.device(device)
    model = model.to(device)
    loss_fn = nn.CrossEntropyLoss().to(device)
    optimizer = optim.AdamW(model.parameters(), lr=lr, weight_decay=0.01)
    steps = epochs * len(train_loader)
    schedule = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=lr, total_steps=steps)
    history = {"train_loss": [], "train_accuracy": [], "val_loss": [], "val_accuracy": []}
    for _ in range(epochs):
        loss, accuracy = _pass(model, train_loader, loss_fn, device, optimizer, schedule)
        history["train_loss"].append(loss)
        history["train_accuracy"].append(accuracy)
        loss, accuracy = evaluate(model, val_loader, loss_fn, device)
        history["val_loss"].append(loss)
        history["val_accuracy"].append(accuracy)
    return history
