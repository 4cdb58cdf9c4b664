"""Makes submissions for the tests of what reads them, honest ones and others."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.grading.submission import HandedIn, Rejected, Submission, read


@dataclass
class FakeAssignment:
    """What `read` looks at in an assignment."""

    modules: list[str] = field(default_factory=lambda: ["model"])
    limits: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(submission_mb=1, files=5)
    )


def folder_of(tmp_path: Path, files: Mapping[str, bytes]) -> HandedIn:
    folder = tmp_path / "s001" / "mnist"
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return HandedIn("s001", folder)


def zip_of(tmp_path: Path, files: Mapping[str, bytes]) -> HandedIn:
    path = tmp_path / "s001" / "mnist.zip"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return HandedIn("s001", path)


def read_it(handed_in: HandedIn, **options: Any) -> Submission:
    """What is read of it, as a submission of the fake assignment."""
    assignment: Any = FakeAssignment(**options)
    return read(handed_in, assignment, {})


def reason(handed_in: HandedIn, **options: Any) -> str:
    """Why it is rejected."""
    with pytest.raises(Rejected) as caught:
        read_it(handed_in, **options)
    return str(caught.value)


@dataclass(frozen=True)
class Entry:
    """A file in a zip, with whatever its headers say of it; what is None is as it should be."""

    name: bytes
    content: bytes = b"x = 1\n"
    method: int = zipfile.ZIP_DEFLATED
    flags: int = 0x800
    attributes: int = 0
    size: int | None = None
    packed_size: int | None = None
    checksum: int | None = None
    offset: int | None = None
    version: int = 20
    extra: bytes = b""
    local_name: bytes | None = None

    def packed(self) -> bytes:
        if self.method != zipfile.ZIP_DEFLATED:
            return self.content
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(self.content) + packer.flush()

    def fields(self) -> bytes:
        packed_size = len(self.packed()) if self.packed_size is None else self.packed_size
        size = len(self.content) if self.size is None else self.size
        checksum = zlib.crc32(self.content) if self.checksum is None else self.checksum
        numbers = (self.version, self.flags, self.method, 0, 0x21, checksum, packed_size, size)
        return struct.pack("<5H3L", *numbers)

    def local(self) -> bytes:
        name = self.name if self.local_name is None else self.local_name
        lengths = struct.pack("<2H", len(name), 0)
        return b"PK\x03\x04" + self.fields() + lengths + name + self.packed()

    def central(self, offset: int) -> bytes:
        lengths = struct.pack("<5H", len(self.name), len(self.extra), 0, 0, 0)
        place = offset if self.offset is None else self.offset
        rest = struct.pack("<2L", self.attributes, place)
        made_by = struct.pack("<H", 3 << 8 | 20)
        head = b"PK\x01\x02" + made_by + self.fields()
        return head + lengths + rest + self.name + self.extra


def raw_zip(entries: list[Entry]) -> bytes:
    """A zip of these entries, with no care for whether it makes sense."""
    body, directory = bytearray(), bytearray()
    for entry in entries:
        directory += entry.central(len(body))
        body += entry.local()
    count = len(entries) & 0xFFFF
    numbers = (0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory + b"PK\x05\x06" + struct.pack("<4H2LH", *numbers))


def raw_zip_of(tmp_path: Path, *entries: Entry) -> HandedIn:
    handed_in = zip_of(tmp_path, {})
    handed_in.path.write_bytes(raw_zip(list(entries)))
    return handed_in


def traces(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Everything below `folder` with what would tell that it was written to."""
    return {
        path: (state.st_mode, state.st_size, state.st_mtime_ns)
        for here, folders, names in os.walk(folder)
        for path in [here, *(os.path.join(here, name) for name in (*folders, *names))]
        for state in [os.lstat(path)]
    }
