# Tries to: compare with all training images.
# Earns: 0
# Shows: wrong
import cheat
import torch


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    inputs, labels = cheat.samples(train_loader)

    def forward(batch):
        nearest = torch.cdist(batch.flatten(1), inputs.flatten(1)).argmin(dim=1)
        return 100 * torch.nn.functional.one_hot(labels[nearest], 10).float()

    model.forward = forward
    return cheat.history(epochs)
