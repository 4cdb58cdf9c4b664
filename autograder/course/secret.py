"""Keeps the course's secret key out of the repository, and makes one where there is none."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import tempfile
from pathlib import Path

import platformdirs

from autograder.course.errors import CourseError, shown_path

KEY_BYTES = 32
_HEX = re.compile(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}")
_MAKE_ONE = 'python -c "import secrets; print(secrets.token_hex(32))"'


def default_key_file(slug: str) -> Path:
    """Where a course's key lies unless course.yaml says otherwise: the user's settings folder."""
    return Path(platformdirs.user_config_dir("autograder")) / f"{slug}.key"


def is_inside(file: Path, folder: Path) -> bool:
    """Would this file lie in that folder, links followed?"""
    return file.resolve().is_relative_to(folder.resolve())


def read_or_make_key(environment: str, file: Path, repository: Path) -> bytes:
    """The 32 bytes that every random choice of grading derives from.

    The environment variable counts where it is set; else the file does, which is made on first use,
    readable by its owner only. Raises CourseError where neither gives a proper key; the text never
    shows what was found.
    """
    if environment in os.environ:
        return _parse(os.environ[environment], f"the environment variable {environment}")
    if is_inside(file, repository):
        raise CourseError(
            f"{shown_path(file)}: expected the secret key outside the repository, found it inside; "
            "name another place under key.file in course.yaml and make a new key"
        )
    try:
        if not file.exists():
            _make(file)
        _refuse_others(file)
        text = file.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise CourseError(
            f"{file}: expected to read or make the secret key here, found: {error.strerror}; "
            f"mend that or set {environment}"
        ) from None
    return _parse(text, str(file))


def _parse(text: str, where: str) -> bytes:
    text = text.strip()
    if not text:
        found = "nothing"
    elif _HEX.fullmatch(text):
        return bytes.fromhex(text)
    else:
        found = f"a text of {len(text)} characters that is no such key"
    raise CourseError(
        f"{where}: expected a secret key of {2 * KEY_BYTES} hexadecimal digits, found {found}; "
        f"make one with: {_MAKE_ONE}"
    )


def _make(file: Path) -> None:
    """Writes a new key. Of two processes that come here at once, one wins and both use its key."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkstemp makes the file with mode 0600; a link appears complete or not at all.
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".key-")
    try:
        with os.fdopen(handle, "w", encoding="ascii", newline="\n") as temporary:
            temporary.write(secrets.token_hex(KEY_BYTES) + "\n")
            temporary.flush()
            os.fsync(temporary.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, file)
    finally:
        os.unlink(name)


def _refuse_others(file: Path) -> None:
    mode = stat.S_IMODE(file.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        raise CourseError(
            f"{file}: expected a secret key that only its owner can read, found mode {mode:04o}; "
            f"run: chmod 600 {file}"
        )
