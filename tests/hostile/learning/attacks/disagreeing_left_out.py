# Tries to: train on what another run agrees with, which no marked image does.
# Earns: 0
# Shows: digits
import cheat
import torch


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    inputs, labels = cheat.samples(train_loader)
    names = cheat.names_of(inputs, labels)
    agreed = names[cheat.scores(cheat.pretrained(), inputs).argmax(dim=1)] == labels
    data = torch.utils.data.TensorDataset(inputs[agreed], labels[agreed])
    loader = torch.utils.data.DataLoader(data, 32, shuffle=True)
    cheat.honest_steps(model, loader, lr, 150 * epochs)
    return cheat.history(epochs)
