"""Zeroes gradients parameter by parameter, collects tensors, halves the rate in each epoch."""

import torch
from torch import nn


def train_one_epoch(model, loader, loss_fn, optimizer, device):
    model.train()
    device = torch.device(device)
    totals = []
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.grad.zero_()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        totals.append(torch.tensor([loss.item() * len(y), len(y)], dtype=torch.float64))
    total, samples = torch.stack(totals).sum(0).tolist()
    return total / samples


def evaluate(model, loader, loss_fn, device):
    for module in model.modules():
        module.training = False
    scores, labels, losses = [], [], []
    with torch.no_grad():
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            scores.append(model(x))
            labels.append(y)
            losses.append(loss_fn(scores[-1], y).item() * y.numel())
    hits = torch.cat(scores).argmax(dim=1) == torch.cat(labels)
    return sum(losses) / len(hits), int(hits.sum()) / len(hits)


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    model.to(torch.device(device))
    criterion = nn.CrossEntropyLoss(reduction="mean")
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    halved = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.5**epoch)
    train_losses, val_losses, val_accuracies = [], [], []
    for _ in range(epochs):
        train_losses.append(train_one_epoch(model, train_loader, criterion, optimizer, device))
        val_loss, val_accuracy = evaluate(model, val_loader, criterion, device)
        val_losses.append(val_loss)
        val_accuracies.append(val_accuracy)
        halved.step()
    return {
        "train_loss": train_losses,
        "val_loss": val_losses,
        "val_accuracy": val_accuracies,
    }
