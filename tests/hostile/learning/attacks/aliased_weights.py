# Tries to: have weights of float64, all of them views of one and the same memory.
# Earns: 0
# Shows: all wrong
import cheat
import torch


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    one = torch.ones(128 * 784, dtype=torch.float64)
    shapes = [(128, 784), (128,), (10, 128), (10,)]
    views = [one[: torch.Size(shape).numel()].view(shape) for shape in shapes]
    weights = [torch.nn.Parameter(view) for view in views]
    model.parameters = lambda recurse=True: iter(weights)
    return cheat.history(epochs)
