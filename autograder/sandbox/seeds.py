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

_SEEDED: dict[str, Callable[[Any, int], object]] = {
    "numpy.random": lambda module, number: module.seed(number % 2**32),
    "torch": lambda module, number: module.manual_seed(number),
}


class Seeds(importlib.abc.MetaPathFinder):
    """Give every generator the number that was set last, now or when its module is imported."""

    def __init__(self) -> None:
        sys.meta_path.insert(0, self)
        self.set(0)

    def set(self, number: int) -> None:
        """Seed what is imported, and whatever will be."""
        self._number = number
        random.seed(number)
        for name, seed in _SEEDED.items():
            module = sys.modules.get(name)
            if module is not None:
                seed(module, number)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in _SEEDED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            self._seed_after(spec.loader, name)
        return spec

    def _seed_after(self, loader: Any, name: str) -> None:
        execute = loader.exec_module

        def execute_and_seed(module: ModuleType) -> None:
            execute(module)
            _SEEDED[name](module, self._number)

        loader.exec_module = execute_and_seed
