"""Submissions that attack whoever unpacks them, before a line of them is run."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DOUBLE = "def double(number):\n    return 2 * number\n"


@dataclass(frozen=True)
class Parcel:
    """`pack` puts something where a student's folder, `place`, or zip would be.

    `hidden` is the folder that holds the course, its solutions and the class.
    """

    name: str
    says: str
    pack: Callable[[Path, Path], None]
    status: str = "rejected"


def _linked_file(place: Path, hidden: Path) -> None:
    place.mkdir(parents=True)
    (place / "double.py").symlink_to(hidden / "course" / "solutions" / "steps" / "double.py")


def _linked_folder(place: Path, hidden: Path) -> None:
    place.parent.mkdir(parents=True)
    place.symlink_to(hidden / "course" / "solutions" / "steps")


def _linked_folder_inside(place: Path, hidden: Path) -> None:
    place.mkdir(parents=True)
    (place / "helpers").symlink_to(hidden)


def _pipe(place: Path, hidden: Path) -> None:
    place.mkdir(parents=True)
    os.mkfifo(place / "double.py")


def _many_files(place: Path, hidden: Path) -> None:
    place.mkdir(parents=True)
    for number in range(50):
        (place / f"helper_{number}.py").write_text("", encoding="utf-8")


def _large_file(place: Path, hidden: Path) -> None:
    place.mkdir(parents=True)
    with (place / "weights.bin").open("wb") as file:
        file.truncate(1 << 40)


def _deep_folders(place: Path, hidden: Path) -> None:
    place.mkdir(parents=True)
    (place / "/".join(["d"] * 500)).mkdir(parents=True)
    (place / "/".join(["d"] * 500) / "double.py").write_text(DOUBLE, encoding="utf-8")


def _nested_notebook(place: Path, hidden: Path) -> None:
    place.mkdir(parents=True)
    text = '{"cells": ' + "[" * 200_000 + "]" * 200_000 + "}"
    (place / "double.ipynb").write_text(text, encoding="utf-8")


def _zip(place: Path, **entries: bytes) -> zipfile.ZipFile:
    place.parent.mkdir(parents=True)
    archive = zipfile.ZipFile(f"{place}.zip", "w", zipfile.ZIP_DEFLATED)
    for name, data in entries.items():
        archive.writestr(f"{name}.py", data)
    return archive


def _slip(place: Path, hidden: Path) -> None:
    with _zip(place, double=DOUBLE.encode()) as archive:
        archive.writestr("../../honest-first/steps/double.py", "overwritten")


def _absolute(place: Path, hidden: Path) -> None:
    with _zip(place) as archive:
        archive.writestr(f"{hidden}/course/course.yaml", "overwritten")


def _bomb(place: Path, hidden: Path) -> None:
    with _zip(place, double=DOUBLE.encode()) as archive:
        archive.writestr("zeros.bin", bytes(64 << 20))


def _link_in_zip(place: Path, hidden: Path) -> None:
    with _zip(place) as archive:
        link = zipfile.ZipInfo("double.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, str(hidden / "course" / "solutions" / "steps" / "double.py"))


def _twice(place: Path, hidden: Path) -> None:
    with _zip(place, double=DOUBLE.encode()) as archive:
        archive.writestr("./double.py", "import os; os._exit(0)")


def _no_zip(place: Path, hidden: Path) -> None:
    place.parent.mkdir(parents=True)
    Path(f"{place}.zip").write_bytes(b"PK\x03\x04" + os.urandom(4_000))


def _strange_names(place: Path, hidden: Path) -> None:
    place.mkdir(parents=True)
    (place / "double.py").write_bytes(
        b"\xef\xbb\xbf# BOM\r\n" + DOUBLE.replace("\n", "\r\n").encode()
    )
    for name in (b"\x1b[2J.py", b"new\nline.py", b"=cmd|'!A0.txt", b"\xff\xfe.py", b"<b>.py"):
        with open(os.path.join(os.fsencode(place), name), "wb") as file:
            file.write(b"\xff")


def _strange_notebook(place: Path, hidden: Path) -> None:
    place.mkdir(parents=True)
    cells = [{"cell_type": "code", "source": [DOUBLE], "outputs": "<script>", "metadata": 7}]
    (place / "double.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")


PARCELS = (
    Parcel("linked-file", "is a link", _linked_file),
    Parcel("linked-folder", "is a link", _linked_folder),
    Parcel("linked-folder-inside", "is a link", _linked_folder_inside),
    Parcel("pipe", "is no ordinary file", _pipe),
    Parcel("many-files", "more than 20 files", _many_files),
    Parcel("large-file", "larger than 1 MB", _large_file),
    Parcel("deep-folders", "deep", _deep_folders),
    Parcel("nested-notebook", "lists within lists", _nested_notebook),
    Parcel("zip-slip", "outside the submission", _slip),
    Parcel("zip-absolute", "outside the submission", _absolute),
    Parcel("zip-bomb", "larger than 1 MB", _bomb),
    Parcel("zip-link", "is a link", _link_in_zip),
    Parcel("zip-twice", "twice", _twice),
    Parcel("zip-of-noise", "zip", _no_zip),
    Parcel("strange-names", "", _strange_names, "graded"),
    Parcel("strange-notebook", "", _strange_notebook, "graded"),
)
