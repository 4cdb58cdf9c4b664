# %% [markdown]
# # 4 · The network learns
#
# Everything is in place: tensors, batches, a network full of random numbers. Now it learns. You
# write `train_one_epoch`, `evaluate` and `fit`, and at the end of this notebook your four modules
# read digits together.
#
# (Up to the last part, this notebook works whether or not you've finished the other three.)

# %% tags=["active-ipynb"]
# import os
# import sys
# import time
#
# import matplotlib.pyplot as plt
# import settings
# from selfcheck import student, until_written
# from torchvision import datasets
# from torchvision.transforms import ToTensor
# from train import WithProgress
#
# plt.style.use("tableau-colorblind10")

# %%
import torch
from torch import nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader

# %% [markdown]
# ## How wrong is it? The loss
#
# To improve, the network needs a number that says how wrong it is: the **loss**. For
# classification that's the *cross-entropy*. It takes the raw scores and the right label, and looks
# only at the probability that the network gave to the right answer: the loss is minus the
# logarithm of it.

# %% tags=["active-ipynb"]
# cases = {"sure, and right": 3, "no idea": None, "sure, and wrong": 5}
# right_label = torch.tensor([3])
# for name, favourite in cases.items():
#     scores = torch.zeros(1, 10)
#     if favourite is not None:
#         scores[0, favourite] = 6.0
#     probability = scores.softmax(dim=1)[0, 3]
#     print(f"{name:16} gives {probability:7.2%} to the right digit: ", end="")
#     print(f"loss {nn.functional.cross_entropy(scores, right_label):.3f}")
#
# p = torch.linspace(0.002, 1, 300)
# fig, ax = plt.subplots(figsize=(6, 3))
# ax.plot(p, -p.log(), linewidth=2.5)
# ax.plot([0.1], [2.303], "o", color="C1")
# ax.annotate("guessing among ten:\n−ln(1/10) = 2.303", (0.1, 2.303), (0.2, 3.2))
# ax.set(title="cross-entropy", xlabel="probability of the right digit", ylabel="loss")
# plt.show()

# %% [markdown]
# Remember the 2.303. A fresh network starts near it, and one whose loss *stays* there isn't
# learning. Being sure and wrong costs the most.
#
# ## Downhill: `backward` and `step`
#
# Imagine the loss as a landscape over the weights: we stand somewhere and want to go down. The
# **gradient** tells the slope under our feet. To see each move, take a landscape with just one
# weight `w`, the parabola (w − 3)², whose lowest point is at w = 3:

# %% tags=["active-ipynb"]
# w = torch.tensor(-1.0, requires_grad=True)
# height = (w - 3) ** 2
# height.backward()
# print("height:", height.item())
# print("slope: ", w.grad.item(), "  by hand: 2 · (w − 3) =", 2 * (-1 - 3))
#
# height = (w - 3) ** 2
# height.backward()
# print("slope after a second backward():", w.grad.item())

# %% [markdown]
# `backward()` works out the slope and puts it into `w.grad`. The second time nothing has moved,
# yet the number doubled: `backward()` **adds** to what is there. Hence the third call of every
# training step, `zero_grad()`, which clears the old slope. An *optimizer* does the clearing, and
# its `step()` does the moving. What if you forget to clear?

# %% tags=["active-ipynb"]
# def walk(clear):
#     """Thirty steps down the parabola; returns where w was before each."""
#     w = torch.tensor(-1.0, requires_grad=True)
#     walker = torch.optim.SGD([w], lr=0.1)
#     places = []
#     for _ in range(30):
#         places.append(w.item())
#         if clear:
#             walker.zero_grad()
#         height = (w - 3) ** 2
#         height.backward()
#         walker.step()
#     return places
#
#
# fig, ax = plt.subplots(figsize=(8, 3.2))
# ax.axhline(3, color="0.7", linewidth=1)
# ax.plot(walk(clear=True), "o-", markersize=4, label="cleared before each step")
# ax.plot(walk(clear=False), "s--", markersize=4, label="never cleared")
# ax.set(title="looking for the lowest point, w = 3", xlabel="step", ylabel="w")
# ax.legend(loc="upper right")
# ax.set_ylim(-2, 10)
# plt.show()

# %% [markdown]
# With the old slopes added up, it swings to and fro for ever. There's no error message for that,
# only a network that learns badly. So, for each batch, these four:
#
# 1. **clear** the old gradients,
# 2. **forward**: scores from the model, loss from the scores,
# 3. **backward**: gradients from the loss,
# 4. **step**: move every weight a little downhill.
#
# ## Two modes
#
# Some layers behave differently while learning. *Dropout*, for example, silences random units
# during training, so that the network doesn't lean on a few of them. When it's being examined, all
# of them should work:

# %% tags=["active-ipynb"]
# torch.manual_seed(0)
# dropout = nn.Dropout(0.5)
# signal = torch.ones(1, 8)
# print("training mode:  ", dropout.train()(signal).tolist()[0])
# print("evaluation mode:", dropout.eval()(signal).tolist()[0])

# %% [markdown]
# The methods `train()` and `eval()` of a model switch the mode of all its layers. The MLP of
# notebook 3 has no such layer, but the next model you train may well have one, and your functions
# are to work for that too. So: training mode for training, evaluation mode for evaluation.
#
# ## Where to compute: the device
#
# A graphics card multiplies many numbers at the same time. PyTorch calls NVIDIA's `cuda`, Apple's
# `mps`, and the ordinary processor `cpu`; for our small network that's quick enough.

# %% tags=["active-ipynb"]
# if torch.cuda.is_available():
#     device = "cuda"
# elif torch.backends.mps.is_available():
#     device = "mps"
# else:
#     device = "cpu"
# print("this machine computes on:", device)

# %% [markdown]
# Model and data have to be in the same place, and `.to(device)` brings them there. One trap:
# `model.to(device)` moves the model itself, while `images.to(device)` *returns* a moved copy,
# which you have to give a name: `images = images.to(device)`.
#
# ## Exercise: `train_one_epoch`
#
# One time through the loader, with the four moves above for each batch, in training mode.
#
# It returns the mean loss **over the samples**. Careful: with 66 images in batches of 64, the last
# batch has just two. If its loss is 4.0 and that of the first 1.0, the mean of the two numbers is
# 2.5, although 64 of 66 images had 1.0. Weighed by the batch sizes it's (64 · 1.0 + 2 · 4.0) / 66
# = 1.09.
#
# - `loss_fn(scores, labels)` gives the mean loss of *one batch*, as a tensor; `.item()` makes a
#   Python number of it.
# - The device comes as an argument. The model is there already, the batches aren't.
# - If you like a progress bar in your loop, wrap the loader in `tqdm`, as in notebook 2.


# %%
def train_one_epoch(
    model: nn.Module,
    loader: DataLoader,
    loss_fn: nn.Module,
    optimizer: Optimizer,
    device: torch.device | str,
) -> float:
    """Train `model` on each batch of `loader` once.

    Args:
        model: the network, already on `device`; takes images, gives scores.
        loader: yields batches (images, labels), labels int64 of shape (N,).
        loss_fn: loss_fn(scores, labels) is the mean loss of the batch, a tensor without axes.
        optimizer: holds the model's parameters; takes exactly one step for each batch.
        device: where to compute, "cpu" or "cuda", for example.

    Returns:
        The mean training loss over all samples of the epoch, a Python float.
    """
    # Before the loop: which mode? In the loop: device, clear, forward, backward, step,
    # and keep count of the losses and the samples.
    # YOUR CODE HERE
    raise NotImplementedError("training: train_one_epoch is still to be written")


# %% [markdown]
# ### Look at what it does
#
# A test that professionals do too: give it 64 images, over and over. Any network should be able to
# learn 64 images *by heart*. One that can't has a bug, and you've found it in a second instead of
# an hour. Here it's a network without a hidden layer:

# %% tags=["active-ipynb"]
# data_root = os.environ.get("MNIST_ROOT", "data")
# practice_set = datasets.MNIST(root=data_root, train=True, download=True, transform=ToTensor())
# few_loader = DataLoader([practice_set[index] for index in range(64)], batch_size=64)
#
# torch.manual_seed(0)
# small = nn.Sequential(nn.Flatten(), nn.Linear(784, 10)).to(device)
# with until_written():
#     plain_sgd = torch.optim.SGD(small.parameters(), lr=0.1)
#     losses = [
#         train_one_epoch(small, few_loader, nn.CrossEntropyLoss(), plain_sgd, device)
#         for _ in range(100)
#     ]
#     print(f"loss in the first epoch {losses[0]:.3f}, in the last {losses[-1]:.3f}")
#
#     fig, ax = plt.subplots(figsize=(7, 3))
#     ax.axhline(2.303, color="0.5", linewidth=1, linestyle=":")
#     ax.text(100, 2.33, "guessing", ha="right", va="bottom", color="0.4")
#     ax.plot(range(1, 101), losses, linewidth=2)
#     ax.set(title="learning 64 images by heart", xlabel="epoch", ylabel="training loss")
#     ax.set_ylim(0, 2.8)
#     plt.show()

# %% [markdown]
# ## Exercise: `evaluate`
#
# The mock exam: nothing is learnt, the network only answers.
#
# - Evaluation mode; no optimizer, no `backward`.
# - Without `backward` there's no need to keep track of gradients. Inside `with torch.no_grad():`
#   PyTorch doesn't, which saves time and memory.
# - The answer of the network is the digit with the highest score: `scores.argmax(dim=1)` gives one
#   answer per row. The **accuracy** is the share of right answers, from 0 to 1.
# - The loss is again a mean over the *samples*. Both results are Python floats, not tensors.


# %%
def evaluate(
    model: nn.Module, loader: DataLoader, loss_fn: nn.Module, device: torch.device | str
) -> tuple[float, float]:
    """Find out how well `model` does on `loader`, without changing the model.

    Args:
        model: the network, already on `device`.
        loader: yields batches (images, labels), labels int64 of shape (N,).
        loss_fn: loss_fn(scores, labels) is the mean loss of the batch, a tensor without axes.
        device: where to compute.

    Returns:
        (mean loss over all samples, accuracy), two Python floats, the accuracy between 0 and 1.
    """
    # Much of it is as in train_one_epoch. What has to go, and what comes in its place?
    # YOUR CODE HERE
    raise NotImplementedError("training: evaluate is still to be written")


# %% [markdown]
# ### Look at what it does
#
# Two exams for the network from above: on the 64 images it knows by heart, and on 1,000 others.

# %% tags=["active-ipynb"]
# with until_written():
#     others = DataLoader([practice_set[index] for index in range(64, 1064)], batch_size=1000)
#     for name, loader in {"64 images it knows": few_loader, "1,000 others": others}.items():
#         exam_loss, accuracy = evaluate(small, loader, nn.CrossEntropyLoss(), device)
#         print(f"{name:18}  loss {exam_loss:.3f}, accuracy {accuracy:.1%}")

# %% [markdown]
# Learning by heart isn't understanding: on images that it hasn't seen it does far worse. *That's*
# why one validates on other images than one trains on, and why 50,000 images help more than 64.
#
# ## Which optimizer?
#
# `torch.optim.SGD` takes its step straight down the slope, learning rate times gradient. The
# [other optimizers](https://docs.pytorch.org/docs/stable/optim.html#algorithms) in `torch.optim`
# are cleverer: *momentum* keeps some of the speed of the steps before, and the *adaptive* ones
# scale the step for each weight. How do they compare, all at the same learning rate? Add a few
# candidates and run the cell again. (The network and the data are small, so that it's quick.)

# %% tags=["active-ipynb"]
# candidates = {
#     "SGD": lambda parameters: torch.optim.SGD(parameters, lr=settings.LEARNING_RATE),
#     # Add others here, in the same way.
# }
#
# with until_written():
#     some_loader = DataLoader(
#         [practice_set[index] for index in range(min(6000, len(practice_set)))],
#         batch_size=settings.BATCH_SIZE,
#         shuffle=True,
#     )
#     fig, ax = plt.subplots(figsize=(7, 3.4))
#     for name, make in candidates.items():
#         torch.manual_seed(0)
#         trial = nn.Sequential(nn.Flatten(), nn.Linear(784, 10)).to(device)
#         chosen = make(trial.parameters())
#         losses = [
#             train_one_epoch(trial, some_loader, nn.CrossEntropyLoss(), chosen, device)
#             for _ in range(6)
#         ]
#         ax.plot(range(1, 7), losses, "o-", label=name)
#     ax.set_title(f"learning rate {settings.LEARNING_RATE:g}")
#     ax.set(xlabel="epoch", ylabel="training loss")
#     ax.set_ylim(0, 2.4)
#     ax.legend()
#     plt.show()

# %% [markdown]
# At so small a learning rate, plain SGD crawls. With a hundred times the learning rate it'd be
# fine, but in this assignment the learning rate is given and the optimizer is yours to choose.
# **Plain SGD does not reach the accuracy that's asked for**, and the usual momentum of 0.9 alone
# doesn't either. Which one of your candidates falls the fastest?
#
# ## Exercise: `fit`
#
# Now the whole training: `epochs` times train, then validate.
#
# - The loss is `nn.CrossEntropyLoss()`. The optimizer is your choice; it gets `model.parameters()`
#   and `lr=lr`.
# - First move the model to the device, then make the optimizer.
# - After each epoch, append a number to each of the three lists of the history. Never train on
#   `val_loader`.
# - A line printed per epoch makes the waiting shorter.


# %%
def fit(
    model: nn.Module,
    train_loader: DataLoader,
    val_loader: DataLoader,
    *,
    epochs: int,
    lr: float,
    device: torch.device | str,
) -> dict[str, list[float]]:
    """Train `model` in place for some epochs with the cross-entropy loss, and validate after each.

    Args:
        model: the network, not necessarily on `device` yet.
        train_loader: batches to train on.
        val_loader: batches to validate on after each epoch.
        epochs: how often to go through the training batches, 1 or more.
        lr: the learning rate.
        device: where to compute.

    Returns:
        {"train_loss": [...], "val_loss": [...], "val_accuracy": [...]}, each a list with one
        Python float per epoch.
    """
    # Use train_one_epoch and evaluate; don't write their loops again.
    # YOUR CODE HERE
    raise NotImplementedError("training: fit is still to be written")


# %% [markdown]
# ## Everything together
#
# From here on your four modules work together. `student()` fetches the other three, whichever you
# completed of the script and the notebook. **Save** them before you go on. (After a change in one
# of them, run the cells from here again.)

# %% tags=["active-ipynb"]
# def my_sets():
#     """MNIST through your transform, in three piles by your split."""
#     mine = student()
#     transform = mine.transforms.build_transform(settings.MEAN, settings.STD)
#     dataset = datasets.MNIST(root=data_root, train=True, download=True, transform=transform)
#     test_set = datasets.MNIST(root=data_root, train=False, download=True, transform=transform)
#     val_size = min(settings.VAL_SIZE, len(dataset) // 6)
#     train_set, val_set = mine.loaders.split_train_val(dataset, val_size, settings.SEED)
#     return train_set, val_set, test_set
#
#
# finished = {}  # the trained model and what belongs to it, for the cells below
#
# with until_written():
#     train_set, val_set, test_set = my_sets()
#     train_loader, val_loader, test_loader = student().loaders.build_loaders(
#         train_set, val_set, test_set, settings.BATCH_SIZE, settings.EVAL_BATCH_SIZE
#     )
#     torch.manual_seed(settings.SEED)
#     model = student().model.MLP(settings.HIDDEN, settings.NUM_CLASSES)
#     start = time.perf_counter()
#     history = fit(
#         model,
#         WithProgress(train_loader, "training", file=sys.stdout),
#         WithProgress(val_loader, "validation", file=sys.stdout),
#         epochs=settings.EPOCHS,
#         lr=settings.LEARNING_RATE,
#         device=device,
#     )
#     print(f"{time.perf_counter() - start:.0f} seconds for {settings.EPOCHS} epochs on {device}")
#     finished = {"model": model, "test_loader": test_loader, "test_set": test_set}

# %% [markdown]
# A minute ago it was guessing! (If it still is: did the loss of the 64 images go down? What about
# the optimizer?)
#
# ## Watch it for longer
#
# What if it went on learning? Most of the time just went into opening the same pictures again and
# again. A list of tensors is a dataset too, so this time we load everything once and keep it in
# memory.

# %% tags=["active-ipynb"]
# with until_written():
#     kept = [list(images_and_labels) for images_and_labels in my_sets()]
#     train_loader, val_loader, _ = student().loaders.build_loaders(
#         *kept, settings.BATCH_SIZE, settings.EVAL_BATCH_SIZE
#     )
#     torch.manual_seed(settings.SEED)
#     longer = student().model.MLP(settings.HIDDEN, settings.NUM_CLASSES)
#     start = time.perf_counter()
#     history = fit(
#         longer, train_loader, val_loader, epochs=12, lr=settings.LEARNING_RATE, device=device
#     )
#     print(f"{time.perf_counter() - start:.0f} seconds for 12 epochs from memory")
#
#     epochs = range(1, len(history["train_loss"]) + 1)
#     fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6))
#     left.plot(epochs, history["train_loss"], "o-", label="training")
#     left.plot(epochs, history["val_loss"], "s--", label="validation")
#     left.set(title="loss", xlabel="epoch", xticks=epochs)
#     left.set_ylim(bottom=0)
#     left.legend()
#     right.plot(epochs, history["val_accuracy"], "s--", color="C1", label="validation")
#     right.set(title="accuracy", xlabel="epoch", xticks=epochs)
#     right.yaxis.set_major_formatter("{x:.1%}")
#     right.legend()
#     fig.tight_layout()
#     plt.show()

# %% [markdown]
# Look at the left picture. The training loss falls and falls. The validation loss falls with it at
# first, then levels off: from there on the network learns its training images by heart rather than
# digits in general. That's called **overfitting**. When would you have stopped?
#
# (In the first epoch the training loss is the *higher* one. It's an average over the whole epoch,
# its clueless beginning included, while the validation comes at the end.)
#
# ## The exam
#
# Now, once, the test set: images that neither the training nor any of our decisions has ever seen.
# We take the model that was trained for the course's number of epochs.

# %% tags=["active-ipynb"]
# def trained():
#     """What was trained above: the model, and the test images to try it on."""
#     if not finished:
#         raise NotImplementedError("the training above")
#     return finished["model"], finished["test_loader"], finished["test_set"]
#
#
# with until_written():
#     model, test_loader, test_set = trained()
#     _, accuracy = evaluate(model, test_loader, nn.CrossEntropyLoss(), device)
#     print(f"held-out accuracy: {accuracy:.2%}")

# %% [markdown]
# ## What does it mix up?
#
# One number hides a lot. A **confusion matrix** counts which digit was taken for which: each row
# is a true digit, each column an answer. On the diagonal are the right answers; the colours show
# the mistakes.

# %% tags=["active-ipynb"]
# @torch.inference_mode()
# def predict(network, loader):
#     """Probabilities for all images of `loader`, in its order: (images, 10)."""
#     network.eval()
#     return torch.cat([network(images.to(device)).softmax(dim=1).cpu() for images, _ in loader])
#
#
# with until_written():
#     model, test_loader, test_set = trained()
#     probabilities = predict(model, test_loader)
#     truth = test_set.targets
#     answers = probabilities.argmax(dim=1)
#     confusion = torch.bincount(truth * 10 + answers, minlength=100).reshape(10, 10)
#     mistakes = confusion - confusion.diag().diag()
#
#     fig, ax = plt.subplots(figsize=(6.5, 6))
#     ax.imshow(mistakes, cmap="Oranges")
#     for row in range(10):
#         for column in range(10):
#             count = int(confusion[row, column])
#             dark = mistakes[row, column] > 0.6 * mistakes.max()
#             colour = "white" if dark else "0.75" if count == 0 else "black"
#             bold = "bold" if row == column else "normal"
#             ax.text(column, row, count, ha="center", va="center", color=colour, weight=bold)
#     ax.set(title="confusion matrix of the test images", xlabel="it said", ylabel="it was")
#     ax.set(xticks=range(10), yticks=range(10))
#     plt.show()
#
#     for pair in mistakes.flatten().argsort(descending=True)[:3].tolist():
#         row, column = divmod(pair, 10)
#         print(f"{int(mistakes[row, column]):3} times a {row} was taken for a {column}")

# %% [markdown]
# Which pairs stand out? Do they look alike to you too? Let's see the culprits: the mistakes that
# the network was surest of. (This works because the test loader doesn't shuffle: prediction number
# 17 belongs to image number 17.)

# %% tags=["active-ipynb"]
# with until_written():
#     model, test_loader, test_set = trained()
#     wrong = (answers != truth).nonzero().flatten()
#     surest = wrong[probabilities[wrong].amax(dim=1).argsort(descending=True)][:18]
#     fig, axes = plt.subplots(3, 6, figsize=(11, 6.4))
#     for ax in axes.flat:
#         ax.set_axis_off()
#     for ax, index in zip(axes.flat, surest.tolist()):
#         ax.imshow(test_set.data[index], cmap="gray_r")
#         title = f"it was {truth[index]}, it said {answers[index]}"
#         ax.set_title(f"{title}\n({probabilities[index].max():.0%} sure)", fontsize=10)
#     fig.tight_layout()
#     plt.show()
#     print(f"{len(wrong)} of {len(truth):,} test images are wrong")

# %% [markdown]
# Why are they hard? Some have what another digit usually has: a 7 with a bar resembles a 2, a 4
# that's closed at the top a 9, a 9 with an open loop a 4. Some are smeared, cut off or slanted
# until they look like nothing else in the collection. And some are perfectly readable. *We* see
# that a shifted or tilted 6 is a 6; a network that has lost track of which pixels are neighbours
# must have seen something very much like it, in the same place.
#
# ## Save it
#
# What the network has learnt is in its weights. `state_dict()` names them all, `torch.save` writes
# them to a file. To use them again, make a fresh model of the same shape and load the weights into
# it:

# %% tags=["active-ipynb"]
# with until_written():
#     model, test_loader, test_set = trained()
#     os.makedirs("runs", exist_ok=True)
#     torch.save(model.state_dict(), "runs/weights.pt")
#     print(f"runs/weights.pt has {os.path.getsize('runs/weights.pt') / 1000:.0f} kB")
#
#     fresh = student().model.MLP(settings.HIDDEN, settings.NUM_CLASSES).to(device)
#     _, accuracy = evaluate(fresh, test_loader, nn.CrossEntropyLoss(), device)
#     print(f"a fresh model:         {accuracy:.2%}")
#
#     weights = torch.load("runs/weights.pt", map_location=device, weights_only=True)
#     fresh.load_state_dict(weights)
#     _, accuracy = evaluate(fresh, test_loader, nn.CrossEntropyLoss(), device)
#     print(f"with the weights back: {accuracy:.2%}")

# %% [markdown]
# With 128 hidden units that's 101,770 numbers of four bytes each: about 400 kB, and they can read.
#
# ## Check your work
#
# The checks train tiny models of their own, so they take seconds and need no MNIST.

# %% tags=["active-ipynb"]
# from selfcheck import check
#
# check("training")
