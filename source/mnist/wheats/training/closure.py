"""optimizer.step with a closure, gradients cleared after the step and before the first, NAdam."""

import torch


def train_one_epoch(model, loader, loss_fn, optimizer, device):
    model.train()
    optimizer.zero_grad()
    running_loss = 0.0
    seen = 0
    for data, target in loader:
        data, target = data.to(device), target.to(device)

        def closure(data=data, target=target):
            loss = loss_fn(model(data), target)
            loss.backward()
            return loss

        loss = optimizer.step(closure)
        optimizer.zero_grad()
        running_loss += float(loss) * data.shape[0]
        seen += data.shape[0]
    return running_loss / seen


def evaluate(model, loader, loss_fn, device):
    model.eval()
    results = []
    for data, target in loader:
        with torch.no_grad():
            output = model(data.to(device)).cpu()
            target = target.cpu()
            results.append((loss_fn(output, target), output.softmax(1).argmax(1) == target))
    sizes = torch.tensor([len(hits) for _, hits in results], dtype=torch.float)
    losses = torch.stack([loss for loss, _ in results])
    hits = torch.cat([hits for _, hits in results])
    return float((losses * sizes).sum() / sizes.sum()), hits.float().mean().item()


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    model.to(device)
    loss_fn = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.NAdam(model.parameters(), lr=lr)
    rows = []
    for _ in range(epochs):
        train_loss = train_one_epoch(model, train_loader, loss_fn, optimizer, device)
        rows.append((train_loss, *evaluate(model, val_loader, loss_fn, device)))
    names = ("train_loss", "val_loss", "val_accuracy")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
