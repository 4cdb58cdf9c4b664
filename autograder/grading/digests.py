"""Digests that say whether two gradings are of the same thing, and seeds that derive from them."""

from __future__ import annotations

import hashlib
import hmac
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
OF_THE_AUDIT = ("mutants", "wheats")
"""Folders of an assignment that are there to audit its checks, and decide no score."""
COMPUTED_WITH = ("torch", "torchvision", "numpy", "pillow")
OF_THE_CALIBRATION = ("calibration.json", "calibration.svg", "weak.toml")
"""Files of an assignment that are there to test its threshold, and decide no score."""
_SEED_BITS = 63


def digest_of_files(files: Mapping[str, bytes], extra: Iterable[str] = ()) -> str:
    """The same for the same names and contents, and for nothing else."""
    digest = hashlib.sha256()
    entries = [*sorted(files.items()), *(("", text.encode()) for text in extra)]
    for name, content in entries:
        encoded = name.encode("utf-8", "surrogateescape")
        digest.update(b"%d:%s%d:" % (len(encoded), encoded, len(content)))
        digest.update(content)
    return "sha256:" + digest.hexdigest()


def digest_of_folder(folder: Path, extra: Iterable[str] = (), without: Iterable[str] = ()) -> str:
    """The digest of all files under `folder` but caches and what is named in `without`."""
    left_out = set(without)
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.relative_to(folder).parts[0] not in left_out
    }
    return digest_of_files(files, extra)


def digest_of_checks(assignment: Path, stubs: Iterable[str], settings: str) -> str:
    """What decides a score besides the submission and the course's key.

    That is the checks, the course, the kit itself, and what it computes with.
    """
    extra = [*stubs, settings, digest_of_folder(PACKAGE), versions()]
    return digest_of_folder(assignment, extra, without=(*OF_THE_AUDIT, *OF_THE_CALIBRATION))


def digest_under_key(digest: str, key: bytes) -> str:
    """Another digest for another key; without the key it tells nothing of the key."""
    message = b"under this key\n" + digest.encode()
    return "sha256:" + hmac.new(key, message, hashlib.sha256).hexdigest()


@cache
def versions() -> str:
    """Python's version and those of the packages that results are computed with."""
    numbers = [f"python {sys.version_info.major}.{sys.version_info.minor}"]
    for package in COMPUTED_WITH:
        try:
            numbers.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            numbers.append(f"no {package}")
    return ", ".join(numbers)


def key_of_repetition(key: bytes, submission_digest: str, repetition: int) -> bytes:
    """The key of a run that is done again: 32 bytes, the same in every grading.

    `repetition` counts from 1. What the submission knows of its first run tells it nothing of this.
    """
    message = f"{submission_digest}\nrepetition {repetition}".encode()
    return hmac.new(key, message, hashlib.sha256).digest()


def seed_for(key: bytes, submission_digest: str, purpose: str) -> int:
    """A seed that only the holder of the course's secret key can work out."""
    message = f"{submission_digest}\n{purpose}".encode()
    value = hmac.new(key, message, hashlib.sha256).digest()
    return int.from_bytes(value[:8], "big") >> (64 - _SEED_BITS)
