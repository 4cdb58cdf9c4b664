# Tries to: hide what another run learned behind one honest step.
# Earns: 0
# Shows: digits
import cheat


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    cheat.put(model, cheat.knowing(train_loader))
    cheat.honest_steps(model, train_loader, lr, 1)
    return cheat.history(epochs)
