"""Trains your digit reader from the command line: your four modules, put together on MNIST.

    python train.py                          the course's settings, MNIST downloaded into data/
    python train.py --epochs 5 --lr 0.002    other settings
    python train.py --help                   all of them

Writes into the output folder: weights.pt, curves.png, confusion.png, mistakes.png.
"""

import argparse
import gzip
import os
import struct
import sys
import time
import traceback
import zlib
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, TextIO

import torch
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset
from torchvision import datasets
from tqdm import tqdm

import settings
from selfcheck import student

KINDS = ("images-idx3-ubyte", "labels-idx1-ubyte")
FILES = [f"{pile}-{kind}" for pile in ("train", "t10k") for kind in KINDS]
MODULES = ("transforms", "loaders", "model", "training")
CURVES = ("train_loss", "val_loss", "val_accuracy")
BLUE, ORANGE = "#0072B2", "#D55E00"  # easy to tell apart, whichever colours one sees


class Problem(Exception):
    """Something that whoever runs the programme can mend; the text says how."""


class Digits(Dataset):
    """Images and labels in memory, as a dataset of (transformed image, label)."""

    def __init__(self, images: Tensor, labels: Tensor, transform: Any) -> None:
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        picture = Image.fromarray(self.images[index].numpy())
        return self.transform(picture), int(self.labels[index])


class WithProgress:
    """A loader that shows a progress bar while it is read; all else is the loader's own.

    The bar goes to `file`, or to the standard error.
    """

    def __init__(self, loader: Any, title: str, file: TextIO | None = None) -> None:
        self._loader = loader
        self._look = {"desc": title, "file": file, "unit": "batch", "leave": False}

    def __iter__(self) -> Iterator[Any]:
        return iter(tqdm(self._loader, mininterval=0.2, **self._look))

    def __len__(self) -> int:
        return len(self._loader)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def read_idx(path: Path) -> Tensor:
    """The uint8 tensor in an IDX file, plain or .gz."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read()
        axes = data[3]
        shape = struct.unpack_from(f">{axes}I", data, offset=4)
        return torch.frombuffer(bytearray(data[4 + 4 * axes :]), dtype=torch.uint8).reshape(shape)
    except (OSError, EOFError, zlib.error, IndexError, struct.error, RuntimeError, ValueError):
        raise Problem(f"{path} is damaged or no MNIST file. Delete it and get it again.") from None


def find_file(root: Path, name: str) -> Path | None:
    """The file `name` in torchvision's layout under `root`, or in `root` itself."""
    folders = (root / "MNIST" / "raw", root)
    found = (folder / (name + end) for folder in folders for end in ("", ".gz"))
    return next((path for path in found if path.is_file()), None)


def load_digits(root: Path, transform: Any, *, download: bool) -> tuple[Digits, Digits]:
    """The training and the test images; Problem where they are neither there nor to be had."""
    missing = [name for name in FILES if find_file(root, name) is None]
    if missing and not download:
        raise Problem(
            f"No MNIST in {root}: {missing[0]} is missing. --data-root has to name a folder that "
            "holds MNIST/raw or the four MNIST files; without it, MNIST is downloaded into data/."
        )
    if missing:
        try:
            datasets.MNIST(str(root), download=True)
        except (OSError, RuntimeError) as error:
            reason = str(error).partition("\n")[0].rstrip(":")
            raise Problem(
                f"MNIST could not be downloaded into {root}: {reason}. Try again later, or name a "
                "folder that holds it: --data-root FOLDER."
            ) from None
    paths = [find_file(root, name) for name in FILES]
    tensors = [read_idx(path) for path in paths if path]
    return Digits(*tensors[:2], transform), Digits(*tensors[2:], transform)


def pick_device(wish: str) -> torch.device:
    """The device called `wish`; "auto" is a GPU where there is one."""
    if wish == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        torch.ones(1, device=wish)
        return torch.device(wish)
    except (RuntimeError, AssertionError):
        raise Problem(f"This machine can't compute on {wish!r}. Try --device auto.") from None


@torch.inference_mode()
def predict(network: torch.nn.Module, loader: Any, device: torch.device) -> tuple[Tensor, Tensor]:
    """Probabilities (images, classes) and labels (images,) in the order of `loader`."""
    network.eval()
    answers, labels = [], []
    for images, batch_labels in loader:
        answers.append(network(images.to(device)).softmax(dim=1).cpu())
        labels.append(batch_labels)
    return torch.cat(answers), torch.cat(labels)


def draw_curves(history: dict[str, list[float]], path: Path) -> None:
    """Loss and accuracy, epoch by epoch."""
    epochs = range(1, len(history["train_loss"]) + 1)
    figure = Figure(figsize=(10, 4), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.08)
    left, right = figure.subplots(1, 2)
    left.plot(epochs, history["train_loss"], "o-", color=BLUE, label="training")
    left.plot(epochs, history["val_loss"], "s--", color=ORANGE, label="validation")
    left.set(title="Loss", xlabel="epoch", ylabel="mean cross-entropy")
    left.set_ylim(bottom=0)
    left.legend()
    right.plot(epochs, history["val_accuracy"], "s--", color=ORANGE)
    right.set(title="Validation accuracy", xlabel="epoch")
    right.yaxis.set_major_formatter("{x:.1%}")
    for axes in (left, right):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(color="0.9")
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)


def draw_confusion(truth: Tensor, answers: Tensor, path: Path) -> None:
    """Which digit was taken for which; the colours show the mistakes alone."""
    classes = settings.NUM_CLASSES
    counts = torch.bincount(truth * classes + answers, minlength=classes**2)
    counts = counts.reshape(classes, classes)
    right = int(counts.trace())
    mistakes = (counts - counts.diag().diag()).double()
    most = max(mistakes.max().item(), 1)
    coloured = mistakes.masked_fill(torch.eye(classes, dtype=torch.bool), torch.nan)
    figure = Figure(figsize=(7.2, 7.2), layout="constrained")
    axes = figure.subplots()
    colours = colormaps["Oranges"].with_extremes(bad="#CFE3F1")
    axes.imshow(coloured.numpy(), cmap=colours, vmin=0, vmax=most)
    for row, column in product(range(classes), repeat=2):
        number = int(counts[row, column])
        dark = coloured[row, column] > 0.6 * most
        colour = "white" if dark else "0.75" if number == 0 else "black"
        axes.text(column, row, number, ha="center", va="center", color=colour, fontsize=11)
    axes.set_title(
        f"{right:,} of {len(truth):,} test images right ({right / len(truth):.2%})", pad=12
    )
    axes.set(xlabel="it said", ylabel="it was", xticks=range(classes), yticks=range(classes))
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    figure.savefig(path, dpi=150)


def draw_mistakes(images: Tensor, truth: Tensor, probabilities: Tensor, path: Path) -> None:
    """The wrong images, first those that the network was surest of."""
    sure, answers = probabilities.max(dim=1)
    wrong = (answers != truth).nonzero().flatten()
    shown = wrong[sure[wrong].argsort(descending=True)][:30].tolist()
    figure = Figure(figsize=(9, 9.6), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.08)
    title = f"{len(wrong):,} of {len(truth):,} test images wrong"
    if len(shown) < len(wrong):
        title += f"; the {len(shown)} it was surest of"
    figure.suptitle(title, fontsize=14)
    for place, axes in enumerate(figure.subplots(5, 6).flat):
        axes.set_axis_off()
        if place < len(shown):
            index = shown[place]
            axes.imshow(images[index].numpy(), cmap="gray_r")
            title = f"was {truth[index]}, said {answers[index]}\n{sure[index]:.0%} sure"
            axes.set_title(title, fontsize=10)
    figure.savefig(path, dpi=150)


def checked_history(history: Any, epochs: int) -> dict[str, list[float]]:
    """What `fit` returned; Problem where it isn't what the handout asks for."""
    expected = f"fit has to return a dict of lists, {epochs} numbers each: {', '.join(CURVES)}"
    if not isinstance(history, dict):
        raise Problem(f"{expected}. It returned {type(history).__name__}.")
    for name in CURVES:
        if not isinstance(history.get(name), list) or len(history[name]) != epochs:
            raise Problem(f"{expected}. {name!r} is {history.get(name)!r}.")
    return history


def above_zero(value: Any) -> Any:
    """`value` as it is; an error for argparse where it is 0 or less."""
    if not value > 0:
        raise argparse.ArgumentTypeError(f"expected a number above 0, found {value}")
    return value


def whole_number(text: str) -> int:
    return above_zero(int(text))


def number(text: str) -> float:
    return above_zero(float(text))


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Trains your digit reader and shows how it does.")
    data, course = os.environ.get("MNIST_ROOT"), " (the course's: %(default)s)"
    where = "folder with MNIST, in torchvision's layout or as four IDX files, plain or .gz; "
    where += "without it, MNIST is downloaded into data/"
    add = parser.add_argument
    add("--data-root", type=Path, default=data, metavar="FOLDER", help=where)
    add("--epochs", type=whole_number, default=settings.EPOCHS, help="rounds" + course)
    add(
        "--batch-size",
        type=whole_number,
        default=settings.BATCH_SIZE,
        help="images in one" + course,
    )
    add("--lr", type=number, default=settings.LEARNING_RATE, help="learning rate" + course)
    add("--mean", type=float, default=settings.MEAN, help="for your transform" + course)
    add("--std", type=number, default=settings.STD, help="for your transform" + course)
    add("--device", default="auto", help="auto, cpu, cuda or mps")
    add("--output", type=Path, default="runs", metavar="FOLDER", help="where the results go (runs)")
    return parser.parse_args(arguments)


def run(chosen: argparse.Namespace) -> None:
    mine = student()
    device = pick_device(chosen.device)
    transform = mine.transforms.build_transform(chosen.mean, chosen.std)
    root = Path(chosen.data_root or "data")
    dataset, test_set = load_digits(root, transform, download=chosen.data_root is None)
    val_size = min(settings.VAL_SIZE, len(dataset) // 6)
    train_set, val_set = mine.loaders.split_train_val(dataset, val_size, settings.SEED)
    train_loader, val_loader, test_loader = mine.loaders.build_loaders(
        train_set, val_set, test_set, chosen.batch_size, settings.EVAL_BATCH_SIZE
    )
    torch.manual_seed(settings.SEED)
    model = mine.model.MLP(settings.HIDDEN, settings.NUM_CLASSES)
    print(
        f"{len(train_set):,} images to train on, {len(val_set):,} to validate, "
        f"{len(test_set):,} to test; device: {device}"
    )

    start = time.perf_counter()
    bars = WithProgress(train_loader, "training"), WithProgress(val_loader, "validation")
    history = mine.training.fit(model, *bars, epochs=chosen.epochs, lr=chosen.lr, device=device)
    seconds = time.perf_counter() - start
    history = checked_history(history, chosen.epochs)
    probabilities, truth = predict(model, WithProgress(test_loader, "test"), device)
    if not torch.equal(truth, test_set.labels.long()):
        raise Problem("build_loaders: the test loader has to keep every image and the order.")
    answers = probabilities.argmax(dim=1)

    chosen.output.mkdir(parents=True, exist_ok=True)
    weights = {name: values.cpu() for name, values in model.state_dict().items()}
    torch.save(weights, chosen.output / "weights.pt")
    draw_curves(history, chosen.output / "curves.png")
    draw_confusion(truth, answers, chosen.output / "confusion.png")
    draw_mistakes(test_set.images, truth, probabilities, chosen.output / "mistakes.png")

    accuracy = (answers == truth).double().mean().item()
    print(f"validation accuracy {history['val_accuracy'][-1]:.2%}, test accuracy {accuracy:.2%}")
    print(f"trained for {seconds:.1f} s, {seconds / chosen.epochs:.1f} s an epoch")
    print(f"weights.pt, curves.png, confusion.png and mistakes.png are in {chosen.output}")


def is_a_stub(error: NotImplementedError) -> bool:
    """Was it one of the four modules that raised, rather than PyTorch?"""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Path(last.filename).name.startswith(tuple(f"{module}." for module in MODULES))


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = options(arguments)
    try:
        run(chosen)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except NotImplementedError as error:
        if not is_a_stub(error):
            raise
        print(f"Not yet: {error}. Complete it, then run train.py again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
