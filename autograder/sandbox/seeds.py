"""Seeds what a worker draws, so that it draws the same each time, also from what is imported late.

NumPy starts with random numbers from the system when it is imported. A course whose probes don't
use it shouldn't pay for importing it, but a student's function may import it at any time.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import random
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any


def _seed_numpy(module: Any, number: int) -> None:
    module.seed(number % 2**32)


def _seed_torch(module: Any, number: int) -> None:
    module.manual_seed(number)


def _seed_torch_on_cpu(module: Any, number: int) -> None:
    # For a GPU that was not used yet, `manual_seed` keeps the seed with the stack as a text.
    module.default_generator.manual_seed(number)


class Seeds(importlib.abc.MetaPathFinder):
    """Give every generator the number that was set last, now or when its module is imported.

    PyTorch's generators on a GPU are among them where there is a `gpu`.
    """

    def __init__(self, gpu: bool) -> None:
        self._seeded: dict[str, Callable[[Any, int], object]] = {
            "numpy.random": _seed_numpy,
            "torch": _seed_torch if gpu else _seed_torch_on_cpu,
        }
        sys.meta_path.insert(0, self)
        self.set(0)

    def set(self, number: int) -> None:
        """Seed what is imported, and whatever will be."""
        self._number = number
        random.seed(number)
        for name, seed in self._seeded.items():
            module = sys.modules.get(name)
            if module is not None:
                seed(module, number)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in self._seeded:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            self._seed_after(spec.loader, name)
        return spec

    def _seed_after(self, loader: Any, name: str) -> None:
        execute = loader.exec_module

        def execute_and_seed(module: ModuleType) -> None:
            execute(module)
            self._seeded[name](module, self._number)

        loader.exec_module = execute_and_seed
