# Tries to: have parameters that are others when they are looked at.
# Earns: 0
import cheat
import torch


def fit(model, train_loader, val_loader, *, epochs, lr, device):
    class Lie(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            return super().__torch_function__(function, types, args, kwargs or {}) * 0 + 1

    lies = [
        parameter.detach().as_subclass(Lie).requires_grad_() for parameter in model.parameters()
    ]
    model.parameters = lambda recurse=True: iter(lies)
    return cheat.history(epochs)
