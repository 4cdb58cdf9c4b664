# %% [markdown]
# # 1 · A line, and how wrong it is
#
# A house has an area, a number of rooms, an age. What does it cost? The simplest answer multiplies
# each **feature** by a weight and adds the products to a **bias**.

# %%
from torch import Tensor


# %%
def predict(inputs: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """What the line says.

    Args:
        inputs: float32 (samples, features).
        weight: float32 (features,), one a feature.
        bias: float32, without axes.

    Returns:
        The predictions, float32 (samples,).
    """
    ### BEGIN SOLUTION
    return inputs @ weight + bias
    ### END SOLUTION


# %% [markdown]
# How wrong is it? Square the differences, so that none cancels another, and take the mean.


# %%
def mean_squared_error(predictions: Tensor, targets: Tensor) -> Tensor:
    """The mean of the squared differences of two tensors (samples,), a tensor without axes."""
    ### BEGIN SOLUTION
    return ((predictions - targets) ** 2).mean()
    ### END SOLUTION


# %% tags=["active-ipynb"]
# from selfcheck import check
#
# check("line")
