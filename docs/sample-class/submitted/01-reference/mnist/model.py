# %% [markdown]
# # 3 · The network
#
# In goes a picture, out come ten numbers: one **score** for each digit, and the highest wins. In
# between sits a *multilayer perceptron* (MLP), the plainest of all neural networks. You write it
# in a dozen lines, after we've followed the shapes through it one by one.

# %% tags=["active-ipynb"]
# import os
#
# import matplotlib.pyplot as plt
# from selfcheck import until_written
# from settings import HIDDEN, NUM_CLASSES
# from torchvision import datasets, transforms
#
# plt.style.use("tableau-colorblind10")

# %%
import torch
from torch import Tensor, nn

# %% [markdown]
# ## Follow the shapes
#
# In PyTorch most mistakes are mistakes of shape. So before each line ask: *which shape goes in,
# which comes out?* One image is (1, 28, 28). A batch of 64 is a stack of them:

# %% tags=["active-ipynb"]
# dataset = datasets.MNIST(
#     root=os.environ.get("MNIST_ROOT", "data"),
#     train=True,
#     download=True,
#     transform=transforms.ToTensor(),
# )
# batch = torch.stack([dataset[index][0] for index in range(64)])
# labels = torch.tensor([dataset[index][1] for index in range(64)])
# print("one image:", tuple(dataset[0][0].shape))
# print("a batch:  ", tuple(batch.shape))

# %% [markdown]
# The workhorse of an MLP is the **linear layer**. `nn.Linear(784, 128)` takes 784 numbers a sample
# and gives 128: each of them is a weighted sum of all 784, plus a constant, the *bias*. An image
# has 28 · 28 = 784 pixels. That fits, doesn't it? Let's try:

# %% tags=["active-ipynb"]
# first_layer = nn.Linear(784, 128)
# try:
#     first_layer(batch)
# except RuntimeError as error:
#     print("RuntimeError:", error)

# %% [markdown]
# You'll meet this message again and again, so let's read it together.
#
# - *mat1* is what went in, *mat2* are the layer's weights. They can't be multiplied, as the inner
#   numbers differ: (1792 × **28**) and (**784** × 128).
# - The 784 × 128 is no surprise, that's how we made the layer. So the input is wrong.
# - It has 28 columns. A linear layer works on the **last** axis, and the last axis of (64, 1, 28,
#   28) is one row of pixels: 28 numbers.
# - Where does 1792 come from? The layer took everything else for samples: 64 · 1 · 28 = 1792 rows
#   of pixels.
#
# So the layer looked at single rows of pixels, not at pictures. The cure: **flatten** each image
# into one long row of 784 numbers first, and leave the batch axis alone.

# %% tags=["active-ipynb"]
# flat = nn.Flatten()(batch)
# print("before:", tuple(batch.shape))
# print("after: ", tuple(flat.shape))
# print("through the linear layer:", tuple(first_layer(flat).shape))
#
# fig, (top, bottom) = plt.subplots(
#     2, 1, figsize=(10, 3.6), height_ratios=[4, 1], layout="constrained"
# )
# top.imshow(batch[0, 0], cmap="gray_r")
# top.set(title="28 rows of 28 pixels …", xticks=[], yticks=[])
# bottom.imshow(flat[0:1], cmap="gray_r", aspect="auto", interpolation="nearest")
# bottom.set(title="… one after the other: 784 numbers", yticks=[], xticks=range(0, 785, 112))
# plt.show()

# %% [markdown]
# The network doesn't know any more which pixels were neighbours. For centred digits that does no
# harm; for photos one takes *convolutional* networks, which keep track of it.
#
# ## Why not just stack linear layers?
#
# Two linear layers in a row are again a linear layer: all the second one can do is weighted sums
# of weighted sums. See for yourself, with the weights of both multiplied into one:

# %% tags=["active-ipynb"]
# second_layer = nn.Linear(128, 10)
# two = second_layer(first_layer(flat))
#
# weight = second_layer.weight @ first_layer.weight
# bias = second_layer.weight @ first_layer.bias + second_layer.bias
# one = flat @ weight.T + bias
# print(f"largest difference: {(two - one).abs().max().item():.7f}")

# %% [markdown]
# So something that *isn't* linear has to stand between them. **ReLU** is the simplest: what's
# negative becomes 0, the rest stays as it is. It lets each of the 128 hidden units be silent for
# some pictures and speak up for others.

# %% tags=["active-ipynb"]
# x = torch.linspace(-3, 3, 121)
# fig, ax = plt.subplots(figsize=(5, 2.8))
# ax.axhline(0, color="0.8", linewidth=1)
# ax.axvline(0, color="0.8", linewidth=1)
# ax.plot(x, torch.relu(x), linewidth=2.5)
# ax.set(title="ReLU(x) = max(0, x)", xlabel="x")
# plt.show()

# %% [markdown]
# ## Exercise: `MLP`
#
# Now put it together:
#
# | step | shape, for a batch of 64 |
# |---|---|
# | input | (64, 1, 28, 28) |
# | flatten | (64, 784) |
# | linear, `784` → `hidden` | (64, 128) |
# | ReLU | (64, 128) |
# | linear, `hidden` → `num_classes` | (64, 10) |
#
# - An `nn.Module` has two halves. `__init__` **makes** the layers and keeps them in `self`, which
#   is how PyTorch finds their weights. `forward` **uses** them; calling `model(images)` runs it.
# - Make layers in `__init__` only. One made in `forward` would start from scratch at every call
#   and never learn.
# - Use `hidden` and `num_classes`, not 128 and 10.
# - No softmax at the end: the loss you'll use in notebook 4 wants the raw scores and does that
#   part itself, with better precision.


# %%
class MLP(nn.Module):
    """A multilayer perceptron: flatten, linear, ReLU, linear.

    Args:
        hidden: how many numbers the first linear layer gives.
        num_classes: how many scores the second one gives, one a class.
    """

    def __init__(self, hidden: int = 128, num_classes: int = 10) -> None:
        super().__init__()
        # Make the layers here and keep each in an attribute of self.
        self.flatten = nn.Flatten()
        self.to_hidden = nn.Linear(28 * 28, hidden)
        self.to_scores = nn.Linear(hidden, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Give the raw scores of a batch of images.

        Args:
            images: float32 tensor of shape (N, 1, 28, 28), for any N from 1 up.

        Returns:
            float32 tensor of shape (N, num_classes). Higher means "more likely"; no softmax.
        """
        # Send the images through the layers, in the order of the table.
        flat = self.flatten(images)
        activations = torch.relu(self.to_hidden(flat))
        return self.to_scores(activations)


# %% [markdown]
# ## Look at what it does
#
# The shapes, for a batch of 64 and for a single image (which is a batch of one):

# %% tags=["active-ipynb"]
# with until_written():
#     torch.manual_seed(0)
#     model = MLP(HIDDEN, NUM_CLASSES)
#     print(model)
#     for images in (batch, batch[:1]):
#         print(tuple(images.shape), "→", tuple(model(images).shape))

# %% [markdown]
# How many numbers can it learn? Work it out on paper first, for 128 hidden units: each linear
# layer has a weight for every pair of input and output, and a bias for every output.

# %% tags=["active-ipynb"]
# with until_written():
#     for name, parameter in MLP(hidden=128, num_classes=10).named_parameters():
#         print(f"{name:20} {tuple(parameter.shape)!s:12} {parameter.numel():8,}")
#     total = sum(each.numel() for each in MLP(hidden=128, num_classes=10).parameters())
#     print(f"{'together':33} {total:8,}")
#     print(f"{'on paper':33} {784 * 128 + 128 + 128 * 10 + 10:8,}")

# %% [markdown]
# 784 · 128 + 128 = 100,480 for the first layer, 128 · 10 + 10 = 1,290 for the second: **101,770**
# in all. Small, as networks go. The large language models have hundreds of billions.
#
# ## What does it say before it has learnt anything?
#
# `softmax` turns ten scores into ten probabilities: all positive, and together 1. For looking at
# them that's just right.

# %% tags=["active-ipynb"]
# with until_written(), torch.inference_mode():
#     torch.manual_seed(0)
#     model = MLP(HIDDEN, NUM_CLASSES)
#     probabilities = model(batch).softmax(dim=1)
#
#     fig, axes = plt.subplots(2, 6, figsize=(12, 4), height_ratios=[1.3, 1], layout="constrained")
#     for column in range(6):
#         picture, bars = axes[:, column]
#         picture.imshow(batch[column, 0], cmap="gray_r")
#         picture.set_axis_off()
#         guess = probabilities[column].argmax().item()
#         picture.set_title(f"it's a {labels[column]}, it says {guess}", fontsize=10)
#         bars.bar(range(10), probabilities[column])
#         bars.axhline(0.1, color="0.4", linewidth=1, linestyle="--")
#         bars.set(ylim=(0, 0.3), xticks=range(10))
#         bars.tick_params(labelsize=8)
#         bars.label_outer()
#     axes[1, 0].set_ylabel("probability")
#     plt.show()
#
#     thousand = torch.stack([dataset[index][0] for index in range(1000)])
#     answers = torch.tensor([dataset[index][1] for index in range(1000)])
#     guesses = model(thousand).argmax(dim=1)
#     print(f"right: {(guesses == answers).float().mean():.1%} of 1,000 images")
#     print("how often it says 0, 1, …, 9:", torch.bincount(guesses, minlength=10).tolist())

# %% [markdown]
# All ten probabilities are close to one in ten (the dashed line), and about a tenth of the guesses
# is right: pure chance. The weights are random still, and all it has are a few favourite digits.
# Changing 101,770 numbers until the right bar is the tall one: that's *training*, and notebook 4.
#
# ## Check your work

# %% tags=["active-ipynb"]
# from selfcheck import check
#
# check("model")
