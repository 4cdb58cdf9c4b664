# %% [markdown]
# # 1 · From picture to tensor
#
# In four notebooks you build a program that reads handwritten digits. It's the first image
# classifier that most people ever train, and at the end yours will be right about more than nine
# out of ten digits that it has never seen.
#
# | notebook | what you write | what you get |
# |---|---|---|
# | **1 · transforms** | `build_transform` | pictures become tensors |
# | 2 · loaders | `split_train_val`, `build_loaders` | tensors come in shuffled batches |
# | 3 · model | `MLP` | a network that turns a picture into ten scores |
# | 4 · training | `train_one_epoch`, `evaluate`, `fit` | the network learns |
#
# **How a notebook works.** Run the cells from top to bottom with Shift + Enter. Where a cell says
# `# YOUR CODE HERE`, put your code in place of that line and of the `raise NotImplementedError`
# below it. Cells that start with `with until_written():` use your code; before it exists they say
# so and you simply read on. The last cell checks your work, as often as you like.

# %% tags=["active-ipynb"]
# import os
#
# import matplotlib.pyplot as plt
# import torch
# from selfcheck import until_written
# from settings import MEAN, STD
# from torchvision import datasets
#
# plt.style.use("tableau-colorblind10")

# %%
from collections.abc import Callable

from PIL.Image import Image
from torch import Tensor
from torchvision import transforms

# %% [markdown]
# ## The data: MNIST
#
# MNIST is a collection of 70,000 digits, written by employees of the US Census Bureau and by
# high-school students, each scaled to 28 × 28 grey pixels. It comes in two piles: 60,000 images to
# learn from and 10,000 to be examined on. torchvision downloads it for you, once.

# %% tags=["active-ipynb"]
# data_root = os.environ.get("MNIST_ROOT", "data")
# dataset = datasets.MNIST(root=data_root, train=True, download=True)
# test_set = datasets.MNIST(root=data_root, train=False, download=True)
# print(f"{len(dataset):,} training images and {len(test_set):,} test images")

# %% [markdown]
# A dataset behaves like a list. Each item is a pair: the image and its **label**, the digit that
# somebody meant to write.

# %% tags=["active-ipynb"]
# image, label = dataset[0]
# print("image:", image)
# print("label:", label)
# image.resize((168, 168), resample=0)

# %% [markdown]
# The label of `dataset[0]` is 5, and the image is a *PIL image*, Python's usual type for pictures:
# mode `L` ("luminance", one grey channel), 28 × 28 pixels. To the computer it's a table of whole
# numbers from 0 (background) to 255 (ink). PIL shows high numbers white; from here on we draw them
# dark, as on paper. Step back a little, and you can see the digit in the numbers:

# %% tags=["active-ipynb"]
# pixels = dataset.data[0]
# fig, ax = plt.subplots(figsize=(9, 9))
# ax.imshow(pixels, cmap="gray_r")
# for row in range(28):
#     for column in range(28):
#         value = int(pixels[row, column])
#         colour = "white" if value > 128 else "0.6" if value == 0 else "black"
#         ax.text(column, row, value, ha="center", va="center", fontsize=7, color=colour)
# ax.set_title("dataset[0]: a 5, as the computer gets it")
# ax.set_axis_off()
# plt.show()

# %% [markdown]
# A look at a few more, with their labels. The number above the digit is its place in the dataset.

# %% tags=["active-ipynb"]
# def show_digits(indices, titles):
#     """Draw the training images at `indices`, six in a row."""
#     rows = -(-len(indices) // 6)
#     fig, axes = plt.subplots(rows, 6, figsize=(10, 2 * rows), squeeze=False)
#     for ax in axes.flat:
#         ax.set_axis_off()
#     for ax, index, title in zip(axes.flat, indices, titles):
#         ax.imshow(dataset[index][0], cmap="gray_r")
#         ax.set_title(title, fontsize=11)
#     fig.tight_layout()
#     plt.show()
#
#
# some = [0, 1, 2, 3, 4, 5, 7, 13, 15, 17, 25, 700]
# show_digits(some, [f"{index}: label {dataset[index][1]}" for index in some])

# %% [markdown]
# Those were easy. Try these: **write down your guesses** before you run the cell after this one.

# %% tags=["active-ipynb"]
# hard = [132, 494, 902, 1404, 1604, 21601, 26882, 35234, 46726, 59701, 59719, 59915]
# hard = [index for index in hard if index < len(dataset)]
# show_digits(hard, [f"{index}: ?" for index in hard])

# %% tags=["active-ipynb"]
# show_digits(hard, [f"{index}: label {dataset[index][1]}" for index in hard])

# %% [markdown]
# Did you get them all? Hardly anybody does: some are smeared, some cut off, and of a few one may
# doubt that the label is right. So nobody should expect 100 % of a classifier either.
#
# ## Why a network can't read a picture
#
# A neural network multiplies and adds. So let's give the image to the smallest building block of a
# network, a linear layer:

# %% tags=["active-ipynb"]
# layer = torch.nn.Linear(28 * 28, 10)
# try:
#     layer(image)
# except TypeError as error:
#     print("TypeError:", error)

# %% [markdown]
# Read the end of the message: `must be Tensor, not Image`. A PIL image is made for looking and
# saving; it can't be multiplied, can't be moved to a GPU and keeps no track of gradients. A
# **tensor** can do all of that. `ToTensor` makes one:

# %% tags=["active-ipynb"]
# tensor = transforms.ToTensor()(image)
# print("shape:  ", tuple(tensor.shape))
# print("type:   ", tensor.dtype)
# print("values: ", f"{tensor.min():.0f} to {tensor.max():.0f}")
# print("one pixel of the image: ", image.getpixel((14, 6)))
# print("the same in the tensor: ", f"{tensor[0, 6, 14]:.4f}")

# %% [markdown]
# Three things happened:
#
# - **The type**: whole numbers became `float32`, numbers with a decimal point.
# - **The scale**: every pixel was divided by 255, so 0 … 255 became 0 … 1.
# - **The shape** is (1, 28, 28): channels, height, width. A grey image has one channel, a colour
#   photo has three. (PIL counts x before y, a tensor rows before columns: hence `(14, 6)` for the
#   image and `[0, 6, 14]` for the tensor.)
#
# ## Normalise: where do 0.1307 and 0.3081 come from?
#
# Networks learn best when their inputs are neither all positive nor of wildly different sizes. So
# one usually shifts and stretches the pixels once more:
#
# $$\text{value} = \frac{\text{pixel} / 255 - \text{mean}}{\text{std}}$$
#
# In nearly every MNIST tutorial you meet the two magic numbers 0.1307 and 0.3081. There's nothing
# magic about them. They are the mean and the standard deviation of all pixels of the training set:

# %% tags=["active-ipynb"]
# all_pixels = dataset.data / 255
# print(f"{all_pixels.numel():,} pixels")
# print(f"mean                {all_pixels.mean():.4f}")
# print(f"standard deviation  {all_pixels.std():.4f}")
# print(f"background          {(all_pixels == 0).float().mean():.0%} of the pixels are 0")

# %% [markdown]
# With these two, the pixels have mean 0 and standard deviation 1 afterwards. (Of the *training*
# set: the test images are for the exam, and one doesn't peek, not even at their mean.)
#
# It's one choice of several. All of these are in use, and all of them work:
#
# | choice | mean | std | a black-to-white pixel becomes |
# |---|---|---|---|
# | plain `ToTensor` | 0 | 1 | 0 … 1 |
# | "half and half" | 0.5 | 0.5 | −1 … 1 |
# | statistics of MNIST | 0.1307 | 0.3081 | −0.42 … 2.82 |
#
# Which one your course uses stands in `settings.py`:

# %% tags=["active-ipynb"]
# print(f"this course: mean {MEAN}, std {STD}")

# %% [markdown]
# In torchvision this step is `transforms.Normalize`. It works on tensors, and since a photo has
# three channels it wants one mean and one std *for each channel*, as a sequence:

# %% tags=["active-ipynb"]
# half_and_half = transforms.Normalize([0.5], [0.5])
# print(f"before: {tensor.min():.2f} to {tensor.max():.2f}")
# print(f"after:  {half_and_half(tensor).min():.2f} to {half_and_half(tensor).max():.2f}")

# %% [markdown]
# ## Exercise: `build_transform`
#
# Put the two steps together: write a function that **makes** a transform for any mean and std.
#
# - `transforms.Compose([first, second])` is a transform that does one step after the other.
# - Mind the order: `Normalize` works on tensors, not on PIL images.
# - Use the arguments `mean` and `std`. A number typed in works today and is wrong with tomorrow's
#   data.
# - Nothing random: the same image has to give the same tensor every time.


# %%
def build_transform(mean: float, std: float) -> Callable[[Image], Tensor]:
    """Make the transform that turns a digit into what the network reads.

    Args:
        mean: what to subtract from each pixel, once the pixels lie between 0 and 1.
        std: what to divide each pixel by after that.

    Returns:
        A callable. It takes a PIL image of mode "L" with 28 x 28 pixels from 0 to 255, and returns
        a torch.float32 tensor of shape (1, 28, 28) with the values (pixel / 255 - mean) / std.
    """
    # Return the transform itself. It gets to see an image only later.
    # YOUR CODE HERE
    raise NotImplementedError("transforms: build_transform is still to be written")


# %% [markdown]
# ## Look at what it does
#
# First the numbers, for the 5 from above. Is the shape (1, 28, 28)? Is the type `torch.float32`?

# %% tags=["active-ipynb"]
# with until_written():
#     transform = build_transform(MEAN, STD)
#     after = transform(image)
#     print(f"shape {tuple(after.shape)}, type {after.dtype}")
#     print(f"values from {after.min():.4f} to {after.max():.4f}")
#     print(f"by hand:    {(0 / 255 - MEAN) / STD:.4f} to {(255 / 255 - MEAN) / STD:.4f}")

# %% [markdown]
# Now the picture. It's the same digit before and after: only the numbers on the scale beside it
# have changed.

# %% tags=["active-ipynb"]
# with until_written():
#     pictures = {
#         "before: whole numbers": pixels,
#         f"after: mean {MEAN:g}, std {STD:g}": build_transform(MEAN, STD)(image)[0],
#     }
#     fig, axes = plt.subplots(1, 2, figsize=(9, 3.6))
#     for ax, (title, picture) in zip(axes, pictures.items()):
#         drawn = ax.imshow(picture, cmap="gray_r")
#         fig.colorbar(drawn, ax=ax, shrink=0.85)
#         ax.set_title(title)
#         ax.set_axis_off()
#     fig.tight_layout()
#     plt.show()

# %% [markdown]
# And the histograms: how often does each value occur in 500 images, before and after? (The
# vertical axis is logarithmic. Most pixels are background, and on an ordinary axis their bar would
# hide all the others.) All four have the same shape: the transform moves and stretches the axis
# below, it loses nothing.

# %% tags=["active-ipynb"]
# with until_written():
#     images = [dataset[index][0] for index in range(500)]
#     choices = {"plain ToTensor": (0.0, 1.0), "half and half": (0.5, 0.5)}
#     choices["statistics of MNIST"] = (0.1307, 0.3081)
#
#     fig, axes = plt.subplots(1, 4, figsize=(13, 3.4), sharey=True)
#     axes[0].hist(dataset.data[:500].flatten().numpy(), bins=32, color="0.55")
#     axes[0].set(title="before\nwhole numbers", xlabel="pixel", ylabel="how often")
#     for ax, (name, (mean, std)) in zip(axes[1:], choices.items()):
#         values = torch.stack([build_transform(mean, std)(each) for each in images])
#         ax.hist(values.flatten().numpy(), bins=32, color="#006BA4")
#         ax.set(title=f"{name}\nmean {values.mean():.2f}, std {values.std():.2f}", xlabel="value")
#     axes[0].set_yscale("log")
#     fig.tight_layout()
#     plt.show()

# %% [markdown]
# With the statistics of MNIST, the mean of these 500 images is close to 0 and their standard
# deviation close to 1: "close to", as 500 images are not the whole training set.
#
# ## Check your work
#
# The checks look at what your function *does*. How you wrote it is up to you.

# %% tags=["active-ipynb"]
# from selfcheck import check
#
# check("transforms")
