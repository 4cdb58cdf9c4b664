"""Builds the `autograder.zip` that Gradescope makes an image of.

The course's key goes along, so that a submission gets the same challenges there as here. Whoever
may download the autograder of the Gradescope course has it, and the checks and the reference too. A
submission has not: it runs as a user who can read none of `/autograder/source`.
"""

from __future__ import annotations

import io
import shlex
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..course import Course
from ..grading.contents import CLUTTER
from ..grading.digests import PACKAGE
from .templating import rendered

KIT_FILES = ("pyproject.toml", "constraints.txt", "README.md", "LICENSE")
RUNNABLE = ("setup.sh", "run_autograder")
SECRET = ("course.key",)
_WHEN = (2020, 1, 1, 0, 0, 0)
"""The time of all files, so that the same course gives the same package."""


class NoPackage(Exception):
    """The package can't be built; the message says what is missing."""


def gradescope_package(
    course: Course,
    assignment: str,
    key: bytes,
    images: Mapping[str, bytes],
    index: str | None = None,
) -> bytes:
    """The bytes of `autograder.zip`.

    `images` are the data set's files by name; without any they are fetched when the image is built.
    `index` is another index that pip may take packages from, that of CPU builds of PyTorch for one.
    Raises NoPackage.
    """
    options = "" if index is None else f"--extra-index-url {shlex.quote(index)} "
    values = {
        "assignment": assignment,
        "data_name": course.assignment(assignment).data,
        "has_data": bool(images),
        "key_variable": course.key.environment,
        "pip_options": options,
    }
    files = {name: rendered(f"{name}.j2", **values).encode() for name in RUNNABLE}
    files |= {"course.key": key.hex().encode() + b"\n"}
    files |= {f"data/{name}": data for name, data in images.items()}
    files |= {f"kit/{name}": data for name, data in _kit(PACKAGE.parent)}
    files["course/course.yaml"] = course.path.read_bytes()
    for name in course.assignments:
        inside = f"course/source/{name}"
        files |= {f"{inside}/{path}": data for path, data in _below(course.root / "source" / name)}
    release = course.root / "release" / assignment
    if not (release / "selfcheck" / "manifest.json").is_file():
        raise NoPackage(
            f"{release}: expected the release that students got, found none; run "
            "`autograder release` and commit what it writes"
        )
    files |= {f"course/release/{assignment}/{path}": data for path, data in _below(release)}
    return _zipped(files)


def _kit(root: Path) -> Iterator[tuple[str, bytes]]:
    """What it takes to install this kit, by path."""
    missing = [name for name in KIT_FILES if not (root / name).is_file()]
    if missing:
        raise NoPackage(
            f"{root}: expected a clone of this kit with {', '.join(missing)}, found none; make the "
            "package with the kit installed from a clone: pip install -e ."
        )
    for name in KIT_FILES:
        yield name, (root / name).read_bytes()
    for path, data in _below(PACKAGE):
        yield f"{PACKAGE.name}/{path}", data


def _below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All files under `folder` but what tools leave there, by their paths in it."""
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and CLUTTER.isdisjoint(inner.parts):
            yield inner.as_posix(), path.read_bytes()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            mode = 0o755 if name in RUNNABLE else 0o600 if name in SECRET else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, data)
    return buffer.getvalue()
