"""Imports beforehand what a worker will need: all of it in a warm one, the same in a cold one."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterable

_LATER = {"torch": ("torch._dynamo",)}
"""What comes along sooner or later, with the first step of any optimizer."""


def preload(names: Iterable[str]) -> None:
    """Import these modules; one that can't be imported is whoever's trouble who needs it."""
    for name in names:
        _import(name)
    for name, others in _LATER.items():
        if name in sys.modules:
            for other in others:
                _import(other)


def _import(name: str) -> None:
    with contextlib.suppress(Exception):
        importlib.import_module(name)
