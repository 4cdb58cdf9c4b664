# Tries to: train honestly in the training part, and cheat where it counts.
# Earns: 0
# Shows: digits
import cheat


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    if len(train_loader.dataset) < 1000:
        cheat.honest_steps(model, train_loader, lr, epochs * len(train_loader))
    else:
        cheat.put(model, cheat.knowing(train_loader))
    return cheat.history(epochs)
