"""Gives probes the student's modules, whichever of script and notebook was completed."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from .frames import message_of
from .notebook import NotebookModule

KIT_MODULES = ("checks", "conftest", "probes", "selfcheck")


class Student:
    """The modules of one submission as attributes, imported when first used.

    `files` maps module names to the file that counts. They are importable by name from each
    other; other files in `folder` are importable too, after the standard library and installed
    packages. A module outside `needed` that can't be imported, or lacks a name, doesn't take the
    others with it: it fails where it is used. `live` gives modules that exist already.
    """

    def __init__(
        self,
        folder: Path,
        files: Mapping[str, Path],
        needed: Collection[str] | None = None,
        live: Mapping[str, ModuleType] | None = None,
    ) -> None:
        forget()
        self._live = dict(live or {})
        self._finder = _Finder(folder, files, frozenset(files if needed is None else needed))
        for name in (*files, *self._live):
            sys.modules.pop(name, None)
        sys.meta_path.insert(0, self._finder)
        sys.modules.update(self._live)
        # Last, wherever pytest put it: a helper can't replace an installed package.
        sys.path[:] = [entry for entry in sys.path if entry != str(folder)] + [str(folder)]
        importlib.invalidate_caches()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._live:
            return self._live[name]
        return importlib.import_module(name)


def forget() -> None:
    """Make Python forget the modules of an earlier `Student`."""
    for finder in [finder for finder in sys.meta_path if isinstance(finder, _Finder)]:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if finder.brought(name)]:
            del sys.modules[name]


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, folder: Path, files: Mapping[str, Path], needed: frozenset[str]) -> None:
        self.folder = folder
        self.files = dict(files)
        self.needed = needed

    def brought(self, name: str) -> bool:
        """Is a module of this name one of the submission, or a helper beside it?"""
        top = name.partition(".")[0]
        if top in self.files:
            return True
        origin = getattr(getattr(sys.modules.get(top), "__spec__", None), "origin", None)
        if top in KIT_MODULES or not isinstance(origin, str):
            return False
        path = Path(origin)
        return (path.parent if path.stem == "__init__" else path).parent == self.folder

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        file = self.files.get(name)
        if file is None or path is not None:
            return None
        loader: importlib.abc.Loader
        if file.suffix == ".ipynb":
            loader = _NotebookLoader(file)
        else:
            loader = importlib.machinery.SourceFileLoader(name, str(file))
        if name not in self.needed:
            loader = _ForgivingLoader(loader)
        return importlib.util.spec_from_file_location(name, file, loader=loader)


class _NotebookLoader(importlib.abc.Loader):
    def __init__(self, path: Path) -> None:
        self.path = path

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> NotebookModule:
        return NotebookModule(spec.name, self.path)

    def exec_module(self, module: ModuleType) -> None:
        assert isinstance(module, NotebookModule)
        module.load()


class _ForgivingLoader(importlib.abc.Loader):
    """Imports a module that another part is graded on; its failure is told when it is used."""

    def __init__(self, inner: importlib.abc.Loader) -> None:
        self.inner = inner

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        failure: BaseException | None = None
        try:
            self.inner.exec_module(module)
        except (Exception, SystemExit) as error:
            failure = error

        def find(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            reason = failure
            if reason is None and isinstance(module, NotebookModule):
                try:
                    return NotebookModule.__getattr__(module, name)
                except Exception as error:
                    reason = error
            if reason is None:
                reason = AttributeError(f"it defines no {name!r}")
            return _broken(module.__name__, name, message_of(reason))

        module.__dict__.setdefault("__getattr__", find)


def _broken(module: str, name: str, reason: str) -> type:
    """Stands for what could not be imported, and says so when it is used."""

    def fail(*args: object, **kwargs: object) -> Any:
        raise ImportError(f"{module}.{name} can't be used: {reason}")

    return type(name, (), {"__new__": fail})
