"""Moves what a process holds into large pages of memory, so that a fork of it has few to copy.

A fork copies an entry for each page and the end of a process gives each one back: of a process that
has imported torch, 90,000 small pages, or 200 large ones. A fork that writes still copies only the
small page that it writes to.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

PAGE_BYTES = 1 << 21
# `include/uapi/asm-generic/mman-common.h`; the kernel has the second one since 6.1.
_MAY_BE_LARGE, _MAKE_LARGE = 14, 25


def use_large_pages() -> None:
    """Move this process' own memory into large pages, where the kernel does that; costs a copy."""
    if sys.platform != "linux":
        return
    maps = ""
    with contextlib.suppress(OSError):
        maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    advise = ctypes.CDLL(None, use_errno=True).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for begin, end in whole_pages(maps.splitlines()):
        # One after the other fails where there are holes, or no memory in a piece.
        advise(begin, end - begin, _MAY_BE_LARGE)
        advise(begin, end - begin, _MAKE_LARGE)


def whole_pages(maps: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where large pages have room in the memory of its own that a process may write to.

    `maps` are lines as in `/proc/<pid>/maps`: addresses, rights, offset, device, inode and a name
    where a file or one of the kernel's purposes stands behind it.
    """
    for line in maps:
        addresses, rights, _, _, inode, *name = line.split(maxsplit=5)
        if rights == "rw-p" and inode == "0" and name in ([], ["[heap]"]):
            begin, end = (int(number, 16) for number in addresses.split("-"))
            begin = -(-begin // PAGE_BYTES) * PAGE_BYTES
            end = end // PAGE_BYTES * PAGE_BYTES
            if begin < end:
                yield begin, end
