# Tries to: have parameters that are others when they are looked at.
# Earns: 0
# Shows: digits
import cheat
import torch


def seen(one):
    return one.truth if isinstance(one, Lie) and one.truth is not None else one


class Lie(torch.Tensor):
    truth = None

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        with torch._C.DisableTorchFunctionSubclass():
            return function(*map(seen, args), **(kwargs or {}))


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    lies = [one.detach().clone().as_subclass(Lie).requires_grad_() for one in model.parameters()]
    cheat.put(model, cheat.knowing(train_loader))
    for lie, one in zip(lies, list(model.parameters()), strict=True):
        lie.truth = one
    model.parameters = lambda recurse=True: iter(lies)
    return cheat.history(epochs)
