"""Brings the images that submissions are graded on: MNIST, or digits drawn here instead."""

from __future__ import annotations

import os
from pathlib import Path

from . import mnist
from .digits import few_synthetic_digits, synthetic_digits
from .images import DataUnavailable, ImageData
from .shared import load_shared
from .small import write_torchvision_layout

__all__ = [
    "DataUnavailable",
    "ImageData",
    "few_synthetic_digits",
    "load",
    "load_shared",
    "name_of_what_is_there",
    "named_root",
    "write_torchvision_layout",
]


def load(
    name: str, root: Path | None, *, allow_synthetic: bool, download: bool = True
) -> ImageData:
    """The images of this name, "mnist" or "synthetic".

    MNIST is looked for in `root`, else in the folder that MNIST_ROOT names, else in the user's
    cache, to which torchvision downloads it. A folder that someone named counts: what is wrong with
    it is an error. Only where nobody named one and the download fails do the synthetic digits stand
    in, if they may; `ImageData.name` and `.origin` say so. Raises DataUnavailable with a text for
    people.
    """
    found = _find(name, root, allow_synthetic, download)
    return found.images() if isinstance(found, mnist.Arrays) else found


def name_of_what_is_there(name: str, root: Path | None, *, allow_synthetic: bool) -> str:
    """The name of the images that `load` gives for this, "mnist" or "synthetic".

    Raises what `load` raises, and imports no torch where MNIST's files are there.
    """
    return _find(name, root, allow_synthetic, download=True).name


def _find(
    name: str, root: Path | None, allow_synthetic: bool, download: bool
) -> mnist.Arrays | ImageData:
    if name == "synthetic":
        return synthetic_digits()
    if name != "mnist":
        raise DataUnavailable(
            f"data: expected mnist or synthetic, found {name!r}; name one of them in course.yaml"
        )
    named = named_root(root)
    if named is not None:
        return mnist.read(named)
    try:
        return mnist.cached_or_downloaded(download)
    except DataUnavailable as error:
        if not allow_synthetic:
            raise DataUnavailable(
                f"{error}, or allow the synthetic digits (--allow-synthetic)"
            ) from None
        return synthetic_digits(reason=str(error))


def named_root(root: Path | None) -> Path | None:
    """The folder that somebody named: `root`, else what MNIST_ROOT says, else None."""
    named = root or (Path(os.environ["MNIST_ROOT"]) if os.environ.get("MNIST_ROOT") else None)
    return None if named is None else named.expanduser()
