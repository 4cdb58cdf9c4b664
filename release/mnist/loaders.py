# %% [markdown]
# # 2 · Three piles, in batches
#
# You can turn a picture into a tensor. A network, though, isn't fed one picture at a time: it gets
# them in **batches**, in a new random order every time round. And before any of that we set some
# pictures aside, to find out honestly how well it's doing.
#
# In this notebook you write `split_train_val` and `build_loaders`. (It uses plain `ToTensor`, so
# it works whether or not you've finished notebook 1.)

# %% tags=["active-ipynb"]
# import os
# import sys
#
# import matplotlib.pyplot as plt
# from selfcheck import until_written
# from settings import BATCH_SIZE, EVAL_BATCH_SIZE, SEED, VAL_SIZE
# from torchvision import datasets, transforms
# from tqdm import tqdm
#
# plt.style.use("tableau-colorblind10")

# %%
import torch
from torch.utils.data import DataLoader, Dataset, random_split

# %% tags=["active-ipynb"]
# data_root = os.environ.get("MNIST_ROOT", "data")
# to_tensor = transforms.ToTensor()
# dataset = datasets.MNIST(root=data_root, train=True, download=True, transform=to_tensor)
# test_set = datasets.MNIST(root=data_root, train=False, download=True, transform=to_tensor)
# val_size = min(VAL_SIZE, len(dataset) // 6)  # for a course with a smaller dataset
# print(f"{len(dataset):,} training images, {len(test_set):,} test images")

# %% [markdown]
# ## Why three piles?
#
# A student who has seen the exam questions beforehand gets them right, and nobody learns anything
# from the result. With a network it's the same, so the images are kept in three piles:
#
# | pile | compare it to | used for |
# |---|---|---|
# | **training** set | the exercises | changing the weights |
# | **validation** set | mock exams | watching progress, choosing between variants |
# | **test** set | the exam | one look, at the very end |
#
# Why isn't the test set enough? Whoever tries twenty variants and keeps the one that does best *on
# the test set* has fitted the choice to it, and the result is too good to be true. MNIST comes
# with a training and a test set, but with **no validation set**. So we cut one from the 60,000
# training images: 50,000 stay for training, 10,000 are for validation.
#
# ## How (not) to cut
#
# Cut off the last 10,000? MNIST happens to be mixed already, but other datasets are not: photos
# are often stored one class after the other. Here is MNIST sorted by class, and what would be in
# its last sixth:

# %% tags=["active-ipynb"]
# labels = dataset.targets
# by_class = labels.argsort(stable=True)  # positions in the dataset: first all 0s, then all 1s, …
# sorted_labels = labels[by_class]
#
#
# def show_classes(axes, counted, title):
#     """Draw how often each digit occurs among the labels `counted`."""
#     axes.bar(range(10), torch.bincount(torch.as_tensor(counted), minlength=10))
#     axes.set(title=title, xlabel="digit", xticks=range(10))
#
#
# fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3))
# show_classes(left, sorted_labels[:-val_size], "sorted: what we'd train on")
# show_classes(right, sorted_labels[-val_size:], "sorted: what we'd validate on")
# left.set_ylabel("images")
# fig.tight_layout()
# plt.show()

# %% [markdown]
# A network trained on the left never sees a 9, and the validation on the right asks for hardly
# anything else. Drawn **at random**, both piles get about the same share of each digit.
#
# ## Why a seed?
#
# But if the draw is different every time, you can't tell whether your accuracy went up because of
# your new idea or because of a luckier draw, and nobody can repeat your experiment. A random
# *generator* with a fixed **seed** solves that: random, but the same again.

# %% tags=["active-ipynb"]
# for seed in (0, 0, 1):
#     dice = torch.Generator().manual_seed(seed)
#     print(f"seed {seed}:", torch.randperm(10, generator=dice).tolist())

# %% [markdown]
# ## Exercise: `split_train_val`
#
# - `random_split` from `torch.utils.data` (imported above) draws the piles; look it up in the
#   [documentation](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.random_split).
#   Which sizes does it want? And how does it take a generator?
# - Work with `len(dataset)`, not with 60,000: the function is to work for any dataset.


# %%
def split_train_val(dataset: Dataset, val_size: int, seed: int) -> tuple[Dataset, Dataset]:
    """Split a dataset at random into one part to train on and one to validate on.

    Args:
        dataset: anything with a length whose items are pairs (image, label).
        val_size: how many items to set aside, more than 0 and fewer than len(dataset).
        seed: the same seed gives the same split, another seed another one.

    Returns:
        (train_set, val_set), both with a length and items like those of `dataset`. val_set has
        val_size items, train_set all the others; none is in both and none is lost.
    """
    # Make a generator from the seed, and let it do the drawing.
    # YOUR CODE HERE
    raise NotImplementedError("loaders: split_train_val is still to be written")


# %% [markdown]
# To look at the result, we split a list of pairs (number, label). That's much quicker than loading
# images, and it's a dataset too: a list has a length and items, and that's all it takes.

# %% tags=["active-ipynb"]
# numbered = list(enumerate(labels.tolist()))
# with until_written():
#     train_set, val_set = split_train_val(numbered, val_size, SEED)
#     again, _ = split_train_val(numbered, val_size, SEED)
#     other, _ = split_train_val(numbered, val_size, SEED + 1)
#     print(f"{len(train_set):,} for training, {len(val_set):,} for validation")
#     shared = {number for number, _ in train_set} & {number for number, _ in val_set}
#     print("in both piles:      ", len(shared))
#     print(f"first with seed {SEED}:  ", [train_set[index][0] for index in range(6)])
#     print(f"once more:          ", [again[index][0] for index in range(6)])
#     print(f"first with seed {SEED + 1}:  ", [other[index][0] for index in range(6)])
#
#     fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3))
#     show_classes(left, [label for _, label in train_set], f"training: {len(train_set):,} images")
#     show_classes(right, [label for _, label in val_set], f"validation: {len(val_set):,} images")
#     left.set_ylabel("images")
#     fig.tight_layout()
#     plt.show()

# %% [markdown]
# ## Batches
#
# A `DataLoader` takes items from a dataset, stacks them into batches, and hands these out in a
# `for` loop. One round through the whole dataset is called an **epoch**.
#
# How large should a batch be? After each batch the network takes one step, so with 50,000 images:
#
# | batch size | steps in an epoch | |
# |---|---|---|
# | 1 | 50,000 | each step follows a single image: jumpy, and slow on any hardware |
# | **64** | 782 | a good start; the direction averages over 64 images |
# | **128** | 391 | just as common; steadier steps, but half as many |
# | 50,000 | 1 | the exact direction, but just one step |
#
# For *evaluation* nothing is learnt, so the batch size only matters for memory and speed: 1,000 is
# a handy one.
#
# ## Shuffled or not: see the difference
#
# Again the class-sorted set. Each column of the two pictures is one batch of an epoch, each point
# is one image, and its colour is the label. On the left the loader keeps the order, on the right
# it shuffles.

# %% tags=["active-ipynb"]
# sorted_set = [(index, int(labels[index])) for index in by_class.tolist()]
#
#
# def label_columns(loader):
#     """The labels that one epoch of `loader` gives, one column a batch."""
#     batches = [batch_labels for _, batch_labels in loader if len(batch_labels) == BATCH_SIZE]
#     return torch.stack(batches, dim=1)
#
#
# orders = {
#     "shuffle=False": label_columns(DataLoader(sorted_set, batch_size=BATCH_SIZE)),
#     "shuffle=True": label_columns(DataLoader(sorted_set, batch_size=BATCH_SIZE, shuffle=True)),
# }
# ten_colours = plt.get_cmap("viridis", 10)
# fig, axes = plt.subplots(1, 2, figsize=(12, 3.2), sharey=True, layout="constrained")
# for ax, (title, order) in zip(axes, orders.items()):
#     drawn = ax.imshow(
#         order, cmap=ten_colours, vmin=-0.5, vmax=9.5, aspect="auto", interpolation="nearest"
#     )
#     ax.set(title=title, xlabel="batch")
# axes[0].set_ylabel("place in the batch")
# fig.colorbar(drawn, ax=axes, ticks=range(10), label="label")
# plt.show()
#
# print("first batch, shuffle=False:", orders["shuffle=False"][:16, 0].tolist(), "…")
# print("first batch, shuffle=True: ", orders["shuffle=True"][:16, 0].tolist(), "…")

# %% [markdown]
# Without shuffling the network would see nothing but 0s at first. It'd learn to say "0" whatever
# comes, then unlearn that for "1", and so on: after the 9s, at the end of the epoch, it says "9"
# to everything. Shuffled, every batch is a small fair sample of the whole set.
#
# So **shuffle for training**, and anew in each epoch, so that the batches differ too. **Don't
# shuffle for evaluation**: an average doesn't depend on the order, and in a fixed order you can
# tell which picture the 17th prediction belongs to. You'll want that when you look at the
# mistakes.
#
# ## Exercise: `build_loaders`
#
# - Three loaders: for training, validation and test, in that order.
# - Who shuffles, who doesn't? And who uses which of the two batch sizes?
# - 50,000 isn't a multiple of 64. The last batch is smaller then, and it's not to be dropped:
#   every image counts.


# %%
def build_loaders(
    train_set: Dataset, val_set: Dataset, test_set: Dataset, batch_size: int, eval_batch_size: int
) -> tuple[DataLoader, DataLoader, DataLoader]:
    """Wrap the three sets into loaders that yield batches (images, labels).

    Args:
        train_set, val_set, test_set: datasets of pairs (image, label), the image a tensor.
        batch_size: images in a batch for training.
        eval_batch_size: images in a batch for validation and test.

    Returns:
        (train_loader, val_loader, test_loader). The training loader yields every sample once an
        epoch, in a new random order each epoch. The other two yield every sample once, in the
        order of the dataset. A last batch that isn't full is yielded too.
    """
    # Look at the two calls of DataLoader above: what do you change, and for which set?
    # YOUR CODE HERE
    raise NotImplementedError("loaders: build_loaders is still to be written")


# %% [markdown]
# ## Look at what it does
#
# How many batches are there, which shapes do they have, and how large is the last one? A batch of
# 64 images has the shape (64, 1, 28, 28): images, channels, height, width.

# %% tags=["active-ipynb"]
# def my_loaders():
#     """Your two functions, one after the other: the three loaders."""
#     train_set, val_set = split_train_val(dataset, val_size, SEED)
#     return build_loaders(train_set, val_set, test_set, BATCH_SIZE, EVAL_BATCH_SIZE)
#
#
# with until_written():
#     for name, loader in zip(("training", "validation", "test"), my_loaders()):
#         sizes = [len(batch_labels) for _, batch_labels in loader]
#         print(f"{name:10}  {len(sizes):3} batches, first of {sizes[0]}, last of {sizes[-1]}")
#     images, batch_labels = next(iter(my_loaders()[0]))
#     print("one batch: images", tuple(images.shape), "labels", tuple(batch_labels.shape))

# %% [markdown]
# This is one training batch. Run the cell again and you get other digits: that's the shuffling.

# %% tags=["active-ipynb"]
# with until_written():
#     images, batch_labels = next(iter(my_loaders()[0]))
#     fig, axes = plt.subplots(4, 16, figsize=(12, 3.8))
#     for ax in axes.flat:
#         ax.set_axis_off()
#     for ax, each, its_label in zip(axes.flat, images, batch_labels):
#         ax.imshow(each[0], cmap="gray_r")
#         ax.set_title(int(its_label), fontsize=9, pad=2)
#     fig.suptitle("images of one training batch")
#     fig.tight_layout()
#     plt.show()

# %% [markdown]
# And the first labels of two epochs each: which of the loaders should give the same twice?

# %% tags=["active-ipynb"]
# with until_written():
#     for name, loader in zip(("training", "validation", "test"), my_loaders()):
#         for epoch in (1, 2):
#             _, first_labels = next(iter(loader))
#             print(f"{name:10}  epoch {epoch}:", first_labels[:20].tolist())

# %% [markdown]
# How long does it take just to *load* an epoch, without any learning? `tqdm`, wrapped around
# anything you can loop over, shows a progress bar: how far it is, how long it took, and how long
# it will still take.

# %% tags=["active-ipynb"]
# with until_written():
#     seen = 0
#     for images, _ in tqdm(my_loaders()[0], desc="one epoch", unit="batch", file=sys.stdout):
#         seen += len(images)
#     print(f"{seen:,} images seen")

# %% [markdown]
# Some seconds, and all of it for opening pictures and making tensors of them, one at a time. On a
# machine with several cores, `DataLoader(…, num_workers=2)` loads the next batches in the
# background meanwhile; it isn't needed here.
#
# ## Check your work

# %% tags=["active-ipynb"]
# from selfcheck import check
#
# check("loaders")
