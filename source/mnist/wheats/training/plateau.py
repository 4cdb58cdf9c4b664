"""AMSGrad, a rate that falls on a plateau of the validation loss, clipping in fit."""

from typing import NamedTuple

import torch
from torch.nn.utils import clip_grad_norm_


class Score(NamedTuple):
    loss: float
    accuracy: float


def train_one_epoch(model, loader, loss_fn, optimizer, device, max_norm=float("inf")):
    model.train()
    loss_sum = torch.zeros(1, dtype=torch.float64)
    for images, labels in loader:
        images = images.to(device)
        labels = labels.to(device)
        for parameter in model.parameters():
            parameter.grad = None
        outputs = model(images)
        loss = loss_fn(outputs, labels)
        loss.backward()
        clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        loss_sum += loss.detach().cpu() * images.shape[0]
    return loss_sum.item() / len(loader.dataset)


def evaluate(model, loader, loss_fn, device):
    with torch.no_grad():
        model = model.eval()
        loss, right, samples = 0, 0, 0
        for images, labels in iter(loader):
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            loss += loss_fn(outputs, labels).item() * labels.size(0)
            right += int(torch.sum(outputs.topk(1).indices.squeeze(1) == labels))
            samples += labels.size(0)
    return Score(loss / samples, right / samples)


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    model.to(device)
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, amsgrad=True)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)
    train_losses, scores = [], []
    for _ in range(epochs):
        train_losses.append(
            train_one_epoch(model, train_loader, criterion, optimizer, device, max_norm=1.0)
        )
        scores.append(evaluate(model, val_loader, criterion, device))
        plateau.step(scores[-1].loss)
    return {
        "train_loss": train_losses,
        "val_loss": [score.loss for score in scores],
        "val_accuracy": [score.accuracy for score in scores],
    }
