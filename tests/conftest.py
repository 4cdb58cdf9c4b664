"""Keeps tests to themselves: away from the user's folders, settings and network."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

# Where programs look for a person's settings, data and caches, and the folder that stands for it.
_USER_FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "APPDATA": "appdata",
    "LOCALAPPDATA": "localappdata",
    "XDG_CONFIG_HOME": ".config",
    "XDG_CACHE_HOME": ".cache",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "IPYTHONDIR": ".ipython",
    "JUPYTER_CONFIG_DIR": ".jupyter",
    "JUPYTER_DATA_DIR": ".local/share/jupyter",
    "JUPYTER_RUNTIME_DIR": ".local/share/jupyter/runtime",
    "MPLCONFIGDIR": ".config/matplotlib",
}
# Caches hold nothing that a test may change: the processes of a run fill them once for all.
_CACHES = ("XDG_CACHE_HOME", "MPLCONFIGDIR")
_OWN_SETTINGS = ("AUTOGRADER_KEY", "JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "PYTEST_ADDOPTS")

# A busy machine is no failure, and CI tries the same examples each time.
hypothesis.settings.register_profile(
    "kit", deadline=None, database=None, derandomize="CI" in os.environ
)
hypothesis.settings.load_profile("kit")


@pytest.fixture(scope="session", autouse=True)
def user_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home folder for this run and for every process it starts."""
    home = tmp_path_factory.mktemp("home")
    run = tmp_path_factory.getbasetemp()
    shared = run.parent / "shared" if "PYTEST_XDIST_WORKER" in os.environ else run / "shared"
    with pytest.MonkeyPatch.context() as patch:
        for variable, folder in _USER_FOLDERS.items():
            place = (shared if variable in _CACHES else home) / folder
            place.mkdir(parents=True, exist_ok=True)
            patch.setenv(variable, str(place))
        for variable in _OWN_SETTINGS:
            patch.delenv(variable, raising=False)
        patch.setenv("MPLBACKEND", "Agg")
        yield home


@pytest.fixture(scope="session", autouse=True)
def hang_up_stops() -> None:
    """A signal that the terminal has gone arrives here and below, also where `nohup` started us."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Names of other machines can't be looked up, as on a machine that is offline."""
    real = socket.getaddrinfo

    def local_only(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host in (None, "", "localhost", "127.0.0.1", "::1", b"localhost", b"127.0.0.1"):
            return real(host, *args, **kwargs)
        raise socket.gaierror(socket.EAI_NONAME, f"tests have no network: {host}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", local_only)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout. Tests read it and never write there."""
    return REPOSITORY


@pytest.fixture
def mnist_root() -> Path:
    """The folder of the real MNIST; for tests marked `mnist`, which are skipped without it."""
    return Path(os.environ["MNIST_ROOT"])


@pytest.fixture
def course_copy(tmp_path: Path) -> Callable[..., Path]:
    """Writes tests/course/course.yaml, changed, beside a copy of source/; gives its path."""

    def copy(*changes: tuple[str, str]) -> Path:
        folder = tmp_path / "course"
        if not folder.exists():
            ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "data")
            shutil.copytree(REPOSITORY / "source", folder / "source", ignore=ignored)
        text = (REPOSITORY / "tests" / "course" / "course.yaml").read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in course.yaml"
            text = text.replace(old, new)
        path = folder / "course.yaml"
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    return copy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Files that take long come first, so that no process is left alone with one at the end.
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    root = os.environ.get("MNIST_ROOT")
    if not (root and Path(root).is_dir()):
        _skip(items, "mnist", "MNIST_ROOT names no folder with the real MNIST")
    if any(item.get_closest_marker("gpu") for item in items):
        import torch

        if not torch.cuda.is_available():
            _skip(items, "gpu", "there is no CUDA device")


def _skip(items: list[pytest.Item], marker: str, reason: str) -> None:
    for item in items:
        if item.get_closest_marker(marker):
            item.add_marker(pytest.mark.skip(reason=reason))
