"""A linear warm-up by hand, Adam over two parameter groups, batches unpacked late."""

import torch


def train_one_epoch(model, loader, loss_fn, optimizer, device):
    model.train(True)
    mean = 0.0
    seen = 0
    for batch in loader:
        batch = tuple(tensor.to(device) for tensor in batch)
        *inputs, labels = batch
        optimizer.zero_grad()
        with torch.enable_grad():
            loss = loss_fn(model(*inputs), labels)
        loss.backward()
        optimizer.step()
        seen += labels.numel()
        mean += (loss.item() - mean) * labels.numel() / seen
    return mean


def evaluate(model, loader, loss_fn, device):
    model.train(False)
    with torch.no_grad():
        outputs = [(model(x.to(device)), y.to(device)) for x, y in loader]
        loss = sum(loss_fn(scores, y) * len(y) for scores, y in outputs)
        labels = torch.cat([y for _, y in outputs])
        guesses = torch.cat([scores for scores, _ in outputs]).argmax(1)
    return (loss / len(labels)).item(), (guesses == labels).double().mean().item()


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    model = model.to(device)
    weights = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.Adam([{"params": weights}, {"params": others, "lr": lr / 2}], lr=lr)
    loss_fn = torch.nn.CrossEntropyLoss()
    curves = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(1, epochs + 1):
        if epoch == epochs and epochs > 1:
            for group in optimizer.param_groups:
                group["lr"] *= 0.3
        curves["train_loss"].append(
            train_one_epoch(model, train_loader, loss_fn, optimizer, device)
        )
        val_loss, val_accuracy = evaluate(model, val_loader, loss_fn, device)
        curves["val_loss"] += [val_loss]
        curves["val_accuracy"] += [val_accuracy]
    return curves
