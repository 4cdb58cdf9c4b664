"""Progress bars, losses summed as tensors, inference mode, RMSprop with a falling rate."""

from collections import defaultdict

import torch
import torch.nn.functional as F
from tqdm import tqdm


def train_one_epoch(model, loader, loss_fn, optimizer, device, description="train", clip=None):
    model = model.to(device).train()
    losses = torch.zeros((), device=device)
    for x, y in tqdm(loader, total=len(loader), desc=description, leave=False):
        x = x.to(device, non_blocking=True)
        y = y.to(device, non_blocking=True)
        loss = loss_fn(model(x), y)
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        losses += loss.detach() * x.size(0)
    return (losses / len(loader.dataset)).item()


@torch.inference_mode()
def evaluate(model, loader, loss_fn, device):
    was_training = model.training
    model.eval()
    losses, hits = torch.tensor(0.0, device=device), torch.tensor(0, device=device)
    for x, y in tqdm(loader, desc="evaluate", leave=False):
        x, y = x.to(device=device), y.to(device=device)
        scores = model(x)
        losses += loss_fn(scores, y) * y.shape[0]
        hits += torch.eq(scores.max(1)[1], y).sum()
    model.train(was_training)
    return losses.item() / len(loader.dataset), hits.item() / len(loader.dataset)


def fit(model, train_loader, val_loader, *, epochs, lr, device, verbose=True):
    model.to(device)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    history = defaultdict(list)
    for epoch in range(epochs):
        loss = train_one_epoch(model, train_loader, F.cross_entropy, optimizer, device, clip=5.0)
        val_loss, val_accuracy = evaluate(model, val_loader, F.cross_entropy, device)
        schedule.step()
        history["train_loss"].append(loss)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
        if verbose:
            print(f"epoch {epoch + 1}: {loss:.3f} {val_loss:.3f} {val_accuracy:.1%}")
    return history
