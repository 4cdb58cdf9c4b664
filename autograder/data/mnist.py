"""Finds MNIST's four files: in a folder that someone names, in the cache, or on the network."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import io
import os
import queue
import socket
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from . import idx
from .images import SIDE, TEST_SIZE, TRAIN_SIZE, DataUnavailable, ImageData

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)
RAW = Path("MNIST", "raw")  # torchvision's layout, below the root that one gives it

HOW_ELSE = (
    "name a folder with MNIST's four files: --data-root DIR, or MNIST_ROOT in the environment"
)

_ANSWER_SECONDS = 5.0
_SILENCE_SECONDS = 15.0


def cache_folder() -> Path:
    """Where images are kept for the next time."""
    return Path(platformdirs.user_cache_dir("autograder"))


@dataclass(frozen=True)
class Arrays:
    """MNIST as NumPy reads it, for whoever has no need of torch: uint8, images (N, 28, 28)."""

    folder: Path
    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]
    name: str = "mnist"

    def images(self) -> ImageData:
        """The same as tensors."""
        import torch

        return ImageData(
            name=self.name,
            train_images=torch.from_numpy(self.train_images),
            train_labels=torch.from_numpy(self.train_labels).long(),
            test_images=torch.from_numpy(self.test_images),
            test_labels=torch.from_numpy(self.test_labels).long(),
            origin=f"MNIST from {self.folder}",
        )


def read(root: Path) -> Arrays:
    """MNIST from a folder in torchvision's layout or one that holds the files, plain or gzipped.

    Raises DataUnavailable where a file is missing or isn't what MNIST's is in kind and size.
    """
    folder = _folder_with_files(root)
    return Arrays(
        folder,
        idx.read(_file(folder, TRAIN_IMAGES), (TRAIN_SIZE, SIDE, SIDE)),
        _labels(_file(folder, TRAIN_LABELS), TRAIN_SIZE),
        idx.read(_file(folder, TEST_IMAGES), (TEST_SIZE, SIDE, SIDE)),
        _labels(_file(folder, TEST_LABELS), TEST_SIZE),
    )


def packed_files(root: Path) -> dict[str, bytes]:
    """MNIST's four files from a folder as `read` takes it, gzipped, by name, the same every time.

    Raises DataUnavailable where one is missing.
    """
    folder = _folder_with_files(root)
    paths = [_file(folder, name) for name in FILES]
    return {
        f"{name}.gz": data if path.suffix == ".gz" else gzip.compress(data, mtime=0)
        for name, path in zip(FILES, paths, strict=True)
        for data in [path.read_bytes()]
    }


def cached_or_downloaded(download: bool) -> Arrays:
    """MNIST from the user's cache, where torchvision puts it on the first call (about 11 MB).

    Raises DataUnavailable, within seconds where the network is out of reach.
    """
    cache = cache_folder()
    try:
        return read(cache)
    except DataUnavailable as error:
        is_there = any(_has(cache / RAW, name) for name in FILES)
        reason = str(error) if is_there else "MNIST has not been downloaded yet"
    if not download:
        raise DataUnavailable(f"{reason}; {HOW_ELSE}")
    try:
        _download(cache)
    except (OSError, RuntimeError, EOFError, http.client.HTTPException) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise DataUnavailable(f"MNIST could not be downloaded ({text}); {HOW_ELSE}") from None
    return read(cache)


def _folder_with_files(root: Path) -> Path:
    if not root.is_dir():
        found = "a file" if root.exists() else "nothing there"
        raise DataUnavailable(f"{root}: expected a folder with MNIST, found {found}; {HOW_ELSE}")
    for folder in (root / RAW, root / RAW.name, root):
        if any(_has(folder, name) for name in FILES):
            return folder
    raise DataUnavailable(
        f"{root}: expected {', '.join(FILES)}, plain or .gz, in it or in {RAW.as_posix()} "
        f"below it, found none of them; {HOW_ELSE}"
    )


def _has(folder: Path, name: str) -> bool:
    return (folder / name).is_file() or (folder / f"{name}.gz").is_file()


def _file(folder: Path, name: str) -> Path:
    if not _has(folder, name):
        raise DataUnavailable(
            f"{folder}: expected {name} or {name}.gz beside MNIST's other files, found neither; "
            "put it there"
        )
    plain = folder / name
    return plain if plain.is_file() else folder / f"{name}.gz"


def _labels(path: Path, count: int) -> NDArray[np.uint8]:
    labels = idx.read(path, (count,))
    if labels.max() > 9:
        raise DataUnavailable(
            f"{path}: expected labels from 0 to 9, found {labels.max()}; get the file again"
        )
    return labels


def _download(cache: Path) -> None:
    """Downloads into a folder of its own, then moves each file, so that several may try at once."""
    from torchvision import datasets

    answering = _first_to_answer(datasets.MNIST.mirrors, datasets.MNIST.resources[0][0])
    rest = [mirror for mirror in datasets.MNIST.mirrors if mirror != answering]

    class MNIST(datasets.MNIST):  # type: ignore[misc]  # torchvision names the folder after it
        mirrors = (answering, *rest)

    (cache / RAW).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="download-") as folder:
        with _impatient_sockets(), contextlib.redirect_stderr(io.StringIO()):
            MNIST(folder, train=False, download=True)
        for name in FILES:
            os.replace(Path(folder) / RAW / name, cache / RAW / name)


def _first_to_answer(mirrors: list[str], name: str) -> str:
    """The mirror that is first to say that it has the file; OSError where none does in seconds.

    A look-up of a name can't be given a time limit, hence the threads, which nobody waits for.
    """
    answers: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()

    def ask(mirror: str) -> None:
        try:
            request = urllib.request.Request(mirror + name, method="HEAD")
            with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS):
                answers.put((mirror, ""))
        except (OSError, ValueError, http.client.HTTPException) as error:
            answers.put((mirror, str(getattr(error, "reason", error))))

    for mirror in mirrors:
        threading.Thread(target=ask, args=(mirror,), daemon=True).start()
    failure = f"no answer within {_ANSWER_SECONDS:g} seconds"
    with contextlib.suppress(queue.Empty):
        for _ in mirrors:
            mirror, problem = answers.get(timeout=_ANSWER_SECONDS)
            if not problem:
                return mirror
            failure = f"{mirror}: {problem}"
    raise OSError(failure)


@contextlib.contextmanager
def _impatient_sockets() -> Iterator[None]:
    """torchvision sets no time limit of its own, and takes the default of new sockets."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_SILENCE_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
