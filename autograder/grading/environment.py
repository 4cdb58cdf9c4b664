"""What a process that grades finds in its environment, whatever the instructor has in theirs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_ONE_THREAD = ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_PYTEST_BY_ITSELF = {
    "PYTEST_ADDOPTS": "",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_PLUGINS": "",
}


def of_a_slot() -> dict[str, str]:
    """The environment of a process that grades: one thread, and pytest by itself."""
    return {**os.environ, **_PYTEST_BY_ITSELF, **dict.fromkeys(_ONE_THREAD, "1")}


@contextmanager
def pytest_by_itself() -> Iterator[None]:
    """Let a run of pytest in this process see no options and load no plugins of the user's."""
    before = {name: os.environ.get(name) for name in _PYTEST_BY_ITSELF}
    os.environ.update(_PYTEST_BY_ITSELF)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
