# Tries to: give what another run learned the names of this one.
# Earns: 0
# Shows: digits
import cheat


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    cheat.put(model, cheat.knowing(train_loader))
    return cheat.history(epochs)
