# %% [markdown]
# # 2 · Downhill
#
# Which weights are best? Start anywhere, ask `backward()` for the slope of the loss, take a step
# downhill, and again.

# %%
from collections.abc import Callable

import torch
from torch import Tensor


# %%
def fit(
    predict: Callable[[Tensor, Tensor, Tensor], Tensor],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    inputs: Tensor,
    targets: Tensor,
    *,
    steps: int,
    lr: float,
) -> tuple[Tensor, Tensor, list[float]]:
    """Gradient descent from zero on all samples at once.

    Args:
        predict: predict(inputs, weight, bias) gives the predictions, (samples,).
        loss_fn: loss_fn(predictions, targets) gives the loss, a tensor without axes.
        inputs: float32 (samples, features).
        targets: float32 (samples,).
        steps: how many steps to take.
        lr: how far a step goes, in slopes.

    Returns:
        The weight (features,), the bias without axes, and the loss before each step as a float.
    """
    ### BEGIN SOLUTION
    weight = torch.zeros(inputs.shape[1], requires_grad=True)
    bias = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([weight, bias], lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_fn(predict(inputs, weight, bias), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return weight.detach(), bias.detach(), losses
    ### END SOLUTION


# %% tags=["active-ipynb"]
# from selfcheck import check
#
# check("training")
