"""Says what a student handed in: where it lies, its files, and which of them count."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..course import Assignment
from ..selfcheck.attempt import Chosen, choose_among, nothing_in
from .contents import Rejected, shown
from .digests import digest_of_files
from .encodings import note_on_encoding
from .modest import require_modest
from .reader import read_files
from .shadows import notes_on_ignored

__all__ = ["HandedIn", "NothingHandedIn", "Rejected", "Submission", "find", "read"]


TIMESTAMP = "timestamp.txt"
"""Where nbgrader notes when it collected a submission. It is no part of it."""


class NothingHandedIn(Exception):
    """No submission was found where it was looked for; the message names the layout."""


@dataclass(frozen=True)
class HandedIn:
    """Where a student's submission lies: a folder or a zip."""

    student: str
    path: Path


@dataclass(frozen=True)
class Submission:
    """The contents of a submission. `files` maps relative paths to bytes.

    `remarks` are sentences for the student about what was left aside.
    """

    student: str
    files: dict[str, bytes]
    chosen: dict[str, Chosen]
    digest: str
    remarks: tuple[str, ...] = ()

    def missing(self, modules: list[str]) -> list[str]:
        """The modules among these that still are as they were released."""
        return [module for module in modules if not self.chosen[module].attempted]

    def nothing_in(self, modules: list[str]) -> str:
        """What to tell where each of these modules is an empty file; "" where one isn't."""
        return nothing_in([self.chosen[module] for module in modules])

    def modules(self) -> dict[str, str]:
        """Module names and the file that counts for each."""
        return {name: one.file for name, one in self.chosen.items() if one.file is not None}

    def notes(self) -> tuple[str, ...]:
        return (*(one.note for one in self.chosen.values() if one.note), *self.remarks)


def find(submissions: Path, assignment: str) -> list[HandedIn]:
    """Every `<student>/<assignment>/` and `<student>/<assignment>.zip` under `submissions`.

    The folder comes first where a student has both. Also what can't be read is among them: it is
    for `read` to say why. Raises NothingHandedIn where there is none.
    """
    names = sorted(os.listdir(submissions)) if submissions.is_dir() else []
    places = [(name, _place(submissions / name, assignment)) for name in names]
    # Names that are text come first, so that no other one takes theirs.
    ordered = sorted(places, key=lambda place: not _is_text(place[0]))
    found: dict[str, HandedIn] = {}
    for name, path in ordered:
        if path is not None:
            student = _distinct(_readable(name), found)
            found[student] = HandedIn(student, path)
    if not found:
        raise NothingHandedIn(
            f"{submissions}: expected <student>/{assignment}/ or <student>/{assignment}.zip, "
            "found neither; name the folder that holds one folder a student"
        )
    return [found[student] for student in sorted(found)]


def read(
    handed_in: HandedIn, assignment: Assignment, stubs: dict[str, str], release: Path | None = None
) -> Submission:
    """The submission's contents; Rejected where it breaks a rule or a limit.

    `release` is the folder that students got, None where it doesn't matter which files are new.
    """
    limits = assignment.limits
    files = read_files(handed_in.path, limits.submission_mb << 20, limits.files)
    files = _unwrapped(files, assignment.modules)
    files.pop(TIMESTAMP, None)
    for name in _files_of(assignment.modules) & files.keys():
        require_modest(name, files[name])
    chosen = {module: choose_among(module, files.get, stubs) for module in assignment.modules}
    scripts = [one.file for one in chosen.values() if one.file and one.file.endswith(".py")]
    remarks = (
        *_note_on_both(handed_in.path),
        *(note for name in scripts if (note := note_on_encoding(name, files[name]))),
        *notes_on_ignored(files, assignment.modules, release),
    )
    return Submission(handed_in.student, files, chosen, digest_of_files(files), remarks)


def _place(student: Path, assignment: str) -> Path | None:
    """Where the submission in a student's folder lies, None where there is none."""
    for path in (student / assignment, student / f"{assignment}.zip"):
        try:
            os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            # It may be there: whoever reads it will say what is wrong.
            pass
        return path
    return None


def _is_text(name: str) -> bool:
    return _readable(name) == name


def _readable(name: str) -> str:
    """A folder's name as text that can be written down, whatever its bytes are."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _distinct(student: str, taken: dict[str, HandedIn]) -> str:
    while student in taken:
        student += "~"
    return student


def _note_on_both(path: Path) -> tuple[str, ...]:
    path = Path(os.path.abspath(path))
    archive = path.with_name(f"{path.name}.zip")
    if not (path.is_dir() and os.path.lexists(archive)):
        return ()
    both = f"{shown(path.name)}/ and {shown(archive.name)}"
    return (f"Both {both} were handed in: the folder counts.",)


def _files_of(modules: list[str]) -> set[str]:
    return {f"{module}{suffix}" for module in modules for suffix in (".py", ".ipynb")}


def _unwrapped(files: dict[str, bytes], modules: list[str]) -> dict[str, bytes]:
    """The files without the one folder that an archive tool put around all of them."""
    tops = {name.split("/", 1)[0] for name in files}
    bare = not all("/" in name for name in files)
    if _files_of(modules) & files.keys() or len(tops) != 1 or bare:
        return files
    return {name.split("/", 1)[1]: content for name, content in files.items()}
