"""One loop for training and evaluation, an optimizer or none; losses by sample lists; AdamW."""

import numpy as np
import torch


def run(model, loader, loss_fn, device, optimizer=None):
    training = optimizer is not None
    model.train(training)
    losses, sizes, hits = [], [], 0
    with torch.set_grad_enabled(training):
        for inputs, targets in loader:
            inputs, targets = inputs.to(device), targets.to(device)
            logits = model(inputs)
            loss = loss_fn(logits, targets)
            if training:
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
            losses.append(loss.item())
            sizes.append(targets.size(0))
            hits += logits.max(dim=1)[1].eq(targets).sum().item()
    return float(np.average(losses, weights=sizes)), hits / sum(sizes)


def train_one_epoch(model, loader, loss_fn, optimizer, device):
    return run(model, loader, loss_fn, device, optimizer)[0]


def evaluate(model, loader, loss_fn, device):
    return run(model, loader, loss_fn, device)


def fit(model, train_loader, val_loader, *, epochs, lr, device, weight_decay=0.01):
    model.to(device=device)
    optimizer = torch.optim.AdamW(model.parameters(), lr, weight_decay=weight_decay)
    loss_fn = torch.nn.functional.cross_entropy
    history = {"train_loss": [0.0] * epochs, "val_loss": [0.0] * epochs, "val_accuracy": []}
    for epoch in range(epochs):
        history["train_loss"][epoch] = train_one_epoch(
            model, train_loader, loss_fn, optimizer, device
        )
        history["val_loss"][epoch], accuracy = evaluate(model, val_loader, loss_fn, device)
        history["val_accuracy"].append(accuracy)
    return history
