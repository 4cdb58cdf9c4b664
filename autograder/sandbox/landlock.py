"""Shuts a worker's view of the disk to what it is given, where the kernel can (Landlock, 5.13).

The backend `uid` has no mount namespace, so file modes alone would decide what it reads. With
Landlock it reads the folders it is given and writes into its own, whatever the modes of the rest.
Numbers and layouts are those of `include/uapi/linux/landlock.h`.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_READ = _EXECUTE | _READ_FILE | _READ_FOLDER
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | 1 << 14 | 1 << 15
# Each version of the interface knows one more right: move between folders, truncate, device calls.
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_SCOPES = {6: 0b11}  # signals and nameless sockets stay within


def version() -> int:
    """The version of the kernel's interface, 0 where it has none."""
    found = _call(_CREATE, None, 0, _VERSION)
    return max(found, 0)


def restrict(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Leave this process and all that it starts only these folders and files; others don't exist.

    Paths that don't exist are left out. Needs no_new_privs. OSError where it can't be done.
    """
    handled = _known(_RIGHTS)
    rules = struct.pack("<QQQ", handled, 0, _known(_SCOPES))
    ruleset = _checked(_call(_CREATE, rules, len(rules), 0))
    try:
        for path in readable:
            _allow(ruleset, path, _READ)
        for path in writable:
            _allow(ruleset, path, handled & ~_EXECUTE)
        _checked(_call(_RESTRICT, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _FILE_RIGHTS
        rule = struct.pack("<Qi", rights & _known(_RIGHTS), place)
        _checked(_call(_ADD, ruleset, _PATH_BENEATH, rule, 0))
    finally:
        os.close(place)


def _known(table: dict[int, int]) -> int:
    """What the newest version that this kernel has knows."""
    here = version()
    return max((rights for since, rights in table.items() if since <= here), default=0)


def _call(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    passed = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return int(libc.syscall(ctypes.c_long(number), *passed))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"landlock: {os.strerror(number)}")
    return result
