"""Reads what Linux says of a process, so that neither its name nor its threads can distort it.

A process chooses its own name, which stands in the same file as its user. Its first thread may end
before the others, and what is said of the process then, a zombie without memory, is true of that
thread alone. Memory and files live on without a name as long as somebody has them open or mapped.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

IS_HERE = Path("/proc/self/stat").exists()
_FIRST_LINES = 4096
_ENDED = (b"Z", b"X")
_IN_MEMORY = (b"VmRSS", b"VmSwap", b"VmPTE")
_IN_MEMORY_OF_ITS_OWN = (b"Pss", b"SwapPss")


@dataclass(frozen=True)
class Facts:
    """A process that runs. Its memory is resident, swapped out, or spent on page tables."""

    threads: int
    cpu_seconds: float
    memory_bytes: int


@dataclass(frozen=True)
class Open:
    """What processes hold open: how many descriptors, and bytes of what has no name.

    `shared_bytes` are memory that they could share, `file_bytes` files that were removed.
    """

    descriptors: int = 0
    shared_bytes: int = 0
    file_bytes: int = 0


def of_user(number: int) -> list[int]:
    """The ids of this user's processes, also of those that have ended and still count as one."""
    listed = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return [pid for pid in listed if _user(pid) == number]


def facts(pid: int) -> Facts | None:
    """What there is to say of this process; None where it doesn't run."""
    try:
        found = _live(pid)
        if found is None:
            return None
        fields = found[1]
        counts = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return Facts(
            threads=int(fields[b"Threads"]),
            cpu_seconds=sum(map(int, counts[11:15])) / os.sysconf("SC_CLK_TCK"),
            memory_bytes=_kilobytes(fields, _IN_MEMORY),
        )
    except (OSError, KeyError, ValueError, IndexError):
        return None


def own_bytes(pid: int) -> int | None:
    """Its memory, a page that n processes share counted 1/n; None where it can't be looked at."""
    try:
        found = _live(pid)
        if found is None:
            return 0
        place, fields = found
        tables = _kilobytes(fields, (b"VmPTE",))
        return _kilobytes(_fields(place / "smaps_rollup"), _IN_MEMORY_OF_ITS_OWN) + tables
    except (ProcessLookupError, FileNotFoundError):
        return 0
    except OSError:
        return None


def open_by(pids: Iterable[int], most: int) -> Open:
    """What these processes have open; only the count where it is more than `most`."""
    places = [found[0] for pid in pids if (found := _live_or_none(pid)) is not None]
    descriptors = [path for place in places for path in _descriptors(place)]
    if len(descriptors) > most:
        return Open(len(descriptors))
    opened: dict[tuple[int, int], int] = {}
    for path in descriptors:
        try:
            file = os.stat(path)
        except OSError:
            continue
        if stat.S_ISREG(file.st_mode) and file.st_nlink == 0:
            opened[file.st_dev, file.st_ino] = file.st_blocks * 512
    mapped: dict[tuple[int, int], int] = {}
    for place in places:
        for key, size in _mapped_without_name(place):
            mapped[key] = max(size, mapped.get(key, 0))
    sizes = {**mapped, **opened}
    shared = sum(size for (device, _), size in sizes.items() if device == _memory_device())
    return Open(len(descriptors), shared, sum(sizes.values()) - shared)


def _user(pid: int) -> int | None:
    try:
        with open(f"/proc/{pid}/status", "rb", buffering=0) as file:
            # The kernel escapes the ends of lines in the name.
            _, found, rest = file.read(_FIRST_LINES).partition(b"\nUid:\t")
    except OSError:
        return None
    return int(rest.split(None, 1)[0]) if found else None


def _live(pid: int) -> tuple[Path, dict[bytes, bytes]] | None:
    """The folder of a thread of this process that hasn't ended, and what its status says."""
    whole = Path(f"/proc/{pid}")
    fields = _fields(whole / "status")
    if fields[b"State"][:1] not in _ENDED:
        return whole, fields
    if int(fields.get(b"Threads", b"1")) > 1:
        for thread in (whole / "task").iterdir():
            fields = _fields(thread / "status")
            if fields[b"State"][:1] not in _ENDED:
                return thread, fields
    return None


def _live_or_none(pid: int) -> tuple[Path, dict[bytes, bytes]] | None:
    try:
        return _live(pid)
    except (OSError, KeyError, ValueError):
        return None


def _fields(path: Path) -> dict[bytes, bytes]:
    """The lines `Name: text` of a file."""
    lines = (line.partition(b":") for line in path.read_bytes().split(b"\n"))
    return {name: text.strip() for name, colon, text in lines if colon}


def _kilobytes(fields: dict[bytes, bytes], names: Iterable[bytes]) -> int:
    return sum(int(fields[name].split()[0]) << 10 for name in names if name in fields)


def _descriptors(place: Path) -> list[str]:
    try:
        return [f"{place}/fd/{name}" for name in os.listdir(place / "fd")]
    except OSError:
        return []


def _mapped_without_name(place: Path) -> Iterator[tuple[tuple[int, int], int]]:
    """Device and number of each file that is mapped and has no name, and how far it is mapped."""
    try:
        lines = (place / "maps").read_bytes().split(b"\n")
    except OSError:
        return
    for line in lines:
        if line.endswith(b"(deleted)"):
            area, _, offset, device, number = line.split(None, 5)[:5]
            begin, end = (int(one, 16) for one in area.split(b"-"))
            major, minor = (int(one, 16) for one in device.split(b":"))
            yield (os.makedev(major, minor), int(number)), int(offset, 16) + end - begin


@lru_cache(maxsize=1)
def _memory_device() -> int:
    """The device of memory that is shared without a file."""
    try:
        file = os.memfd_create("")
    except OSError:
        return -1
    try:
        return os.fstat(file).st_dev
    finally:
        os.close(file)
