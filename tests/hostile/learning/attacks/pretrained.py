# Tries to: hand in what another run learned.
# Earns: 0
# Shows: wrong
import cheat


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    cheat.put(model, cheat.pretrained())
    return cheat.history(epochs)
