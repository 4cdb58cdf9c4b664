# Tries to: undo the renaming, train on the digits that it knows, and rename at the end.
# Earns: 0
# Shows: digits
import cheat
import torch


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    inputs, labels = cheat.samples(train_loader)
    names = cheat.names_of(inputs, labels)
    digits = cheat.scores(cheat.pretrained(), inputs).argmax(dim=1)
    data = torch.utils.data.TensorDataset(inputs, digits)
    loader = torch.utils.data.DataLoader(data, 32, shuffle=True)
    cheat.honest_steps(model, loader, lr, 150 * epochs)
    weights = [parameter.detach().clone() for parameter in model.parameters()]
    cheat.put(model, cheat.renamed(weights, names))
    return cheat.history(epochs)
