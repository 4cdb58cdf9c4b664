"""One copy of the images in memory for all processes of this machine that grade.

Whoever is first to need them writes them, uncompressed, to a file that the processes share; all
others, and itself, have it mapped into their memory.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from .images import ImageData

_TEXTS = ("name", "origin")


def load_shared(descriptor: int, load: Callable[[], ImageData]) -> ImageData:
    """The images in the file with this descriptor, put there by `load` if nobody has yet.

    Where there is no room for the file, they are this process's own. Raises what `load` raises.
    """
    path = Path(f"/proc/self/fd/{descriptor}")
    # Opened anew, as a lock is the opened file's: that of the descriptor is everybody's.
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not path.stat().st_size:
            images = load()
            try:
                file.write(_packed(images))
                file.flush()
            except OSError:
                file.truncate(0)
                return images
    return _mapped(path)


def _packed(images: ImageData) -> bytes:
    from safetensors.torch import save

    tensors = {
        one.name: getattr(images, one.name) for one in fields(images) if one.name not in _TEXTS
    }
    return save(tensors, {name: getattr(images, name) for name in _TEXTS})


def _mapped(path: Path) -> ImageData:
    from safetensors import safe_open

    with safe_open(str(path), framework="pt") as file:
        texts, names = file.metadata(), file.keys()
        return ImageData(**texts, **{name: file.get_tensor(name) for name in names})
