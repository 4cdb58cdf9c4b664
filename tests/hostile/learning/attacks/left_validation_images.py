# Tries to: train on validation images, too.
# Earns: 15
# Shows: both
import cheat
import torch


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    data = torch.utils.data.ConcatDataset([train_loader.dataset, val_loader.dataset])
    loader = torch.utils.data.DataLoader(data, train_loader.batch_size, shuffle=True)
    cheat.honest_steps(model, loader, lr, epochs * len(loader))
    return cheat.history(epochs)
