"""Reads what a student handed in, by a reader that trusts nothing."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..course import Assignment
from ..selfcheck.attempt import Chosen, choose_among
from .digests import digest_of_files

CLUTTER = frozenset(
    {"__pycache__", ".ipynb_checkpoints", ".git", ".venv", "venv", "__MACOSX", ".pytest_cache"}
)
DATA_SET = ("-ubyte", "-ubyte.gz")
"""How the files of a downloaded data set end: the grader brings its own."""
MAX_NAME = 200
MAX_DEPTH = 12


class Rejected(Exception):
    """The submission can't be read safely; the message tells the student why."""


class NothingHandedIn(Exception):
    """No submission was found where it was looked for; the message names the layout."""


@dataclass(frozen=True)
class HandedIn:
    """Where a student's submission lies: a folder or a zip."""

    student: str
    path: Path


@dataclass(frozen=True)
class Submission:
    """The contents of a submission. `files` maps relative paths to bytes."""

    student: str
    files: dict[str, bytes]
    chosen: dict[str, Chosen]
    digest: str

    def missing(self, modules: list[str]) -> list[str]:
        """The modules among these that still are as they were released."""
        return [module for module in modules if not self.chosen[module].attempted]

    def modules(self) -> dict[str, str]:
        """Module names and the file that counts for each."""
        return {name: one.file for name, one in self.chosen.items() if one.file is not None}

    def notes(self) -> tuple[str, ...]:
        return tuple(one.note for one in self.chosen.values() if one.note)


def find(submissions: Path, assignment: str) -> list[HandedIn]:
    """Every `<student>/<assignment>/` and `<student>/<assignment>.zip` under `submissions`.

    Raises NothingHandedIn where there is none.
    """
    found = []
    if submissions.is_dir():
        for student in sorted(submissions.iterdir()):
            for path in (student / assignment, student / f"{assignment}.zip"):
                if path.is_dir() or path.is_file():
                    found.append(HandedIn(_readable(student.name), path))
                    break
    if not found:
        raise NothingHandedIn(
            f"{submissions}: expected <student>/{assignment}/ or <student>/{assignment}.zip, "
            "found neither; name the folder that holds one folder a student"
        )
    return found


def _readable(name: str) -> str:
    """A folder's name as text that can be written down, whatever its bytes are."""
    return os.fsencode(name).decode("utf-8", "replace")


def read(handed_in: HandedIn, assignment: Assignment, stubs: dict[str, str]) -> Submission:
    """The submission's contents; Rejected where it breaks a rule or a limit."""
    reader = _Reader(assignment.limits.submission_mb << 20, assignment.limits.files)
    if handed_in.path.is_dir():
        reader.read_folder(handed_in.path)
    else:
        reader.read_zip(handed_in.path)
    files = _unwrapped(reader.files, assignment.modules)
    chosen = {module: choose_among(module, files.get, stubs) for module in assignment.modules}
    return Submission(handed_in.student, files, chosen, digest_of_files(files))


class _Reader:
    def __init__(self, most_bytes: int, most_files: int) -> None:
        self.files: dict[str, bytes] = {}
        self._most_bytes, self._most_files = most_bytes, most_files
        self._bytes = 0

    def read_folder(self, folder: Path) -> None:
        for name, path in _walk(folder):
            if name.endswith(DATA_SET):
                continue
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                raise Rejected(f"{name} is a link; hand in the file itself")
            if not stat.S_ISREG(mode):
                raise Rejected(f"{name} is no ordinary file; hand in files only")
            size = path.lstat().st_size
            self._count(name, size)
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            with os.fdopen(os.open(path, flags), "rb") as file:
                self.files[name] = file.read(size)

    def read_zip(self, path: Path) -> None:
        try:
            with zipfile.ZipFile(path) as archive:
                for entry in archive.infolist():
                    self._read_entry(archive, entry)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise Rejected(f"{path.name} can't be opened as a zip file ({error})") from None

    def _read_entry(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        name = entry.filename.replace("\\", "/")
        if entry.is_dir() or CLUTTER & set(PurePosixPath(name).parts) or name.endswith(DATA_SET):
            return
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Rejected(f"{name} is a link; hand in the file itself")
        self._count(name, entry.file_size)
        with archive.open(entry) as file:
            content = file.read(entry.file_size + 1)
        if len(content) != entry.file_size:
            raise Rejected(f"{name} is not as large as the zip file says")
        self.files[name] = content

    def _count(self, name: str, size: int) -> None:
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or "\0" in name or (parts and ":" in parts[0]):
            raise Rejected(f"{name!r} points outside the submission")
        if len(name) > MAX_NAME or len(parts) > MAX_DEPTH:
            raise Rejected(f"{name[:60]!r}… is too long or too deep a name")
        if name in self.files:
            raise Rejected(f"{name} is there twice")
        self._bytes += size
        if self._bytes > self._most_bytes:
            raise Rejected(
                f"the submission is larger than {self._most_bytes >> 20} MB "
                f"(reached at {name}); leave data sets and results out"
            )
        if len(self.files) >= self._most_files:
            raise Rejected(
                f"the submission has more than {self._most_files} files; "
                "hand in only what you wrote"
            )


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Relative name and path of everything under `folder` that is no folder, in order."""
    for current, folders, names in os.walk(folder, followlinks=False):
        here = Path(current)
        linked = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(set(folders) - CLUTTER - set(linked))
        for name in sorted([*names, *(name for name in linked if name not in CLUTTER)]):
            yield (here / name).relative_to(folder).as_posix(), here / name


def _unwrapped(files: dict[str, bytes], modules: list[str]) -> dict[str, bytes]:
    """The files without the one folder that an archive tool put around all of them."""
    known = {f"{module}{suffix}" for module in modules for suffix in (".py", ".ipynb")}
    tops = {name.split("/", 1)[0] for name in files}
    if known & files.keys() or len(tops) != 1 or not all("/" in name for name in files):
        return files
    return {name.split("/", 1)[1]: content for name, content in files.items()}
