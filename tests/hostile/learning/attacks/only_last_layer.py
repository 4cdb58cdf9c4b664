# Tries to: keep what another run learned and train the last layer alone.
# Earns: 0
# Shows: digits
import cheat


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    cheat.put(model, cheat.pretrained())
    for parameter in list(model.parameters())[:2]:
        parameter.requires_grad_(False)
    cheat.honest_steps(model, train_loader, lr, epochs * len(train_loader))
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    return cheat.history(epochs)
