"""Takes system calls away from a worker that no assignment needs and that its limits can't bound.

A filter is a program for the kernel (seccomp, classic BPF) of eight bytes an instruction. It
refuses calls that hide memory from a count of the process tree (`memfd_create`), that leave
something behind which no process holds (System V and message queues), that look into other
processes, that make namespaces, and those with a history of letting code out of containers. Of
sockets it leaves those that a network namespace keeps in; where the backend has none, local ones.

The numbers are those of the kernel's tables, `arch/x86/entry/syscalls/syscall_64.tbl` and
`include/uapi/asm-generic/unistd.h`; the layout of what a filter sees is `struct seccomp_data` in
`include/uapi/linux/seccomp.h`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import struct
from collections.abc import Sequence
from dataclasses import dataclass

# Both architectures' numbers of each call: x86_64, aarch64.
_MEMORY_FILES = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
}
_MISSING = {
    "clone3": (435, 435),  # the C library goes on with clone, whose flags a filter can read
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}
_FORBIDDEN = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "unshare": (272, 97),
    "setns": (308, 268),
}
_CLONE = (56, 220)
_SOCKET = (41, 198)
# New namespaces, and a child of one's own parent, who wouldn't know of it.
_FORBIDDEN_CLONES = 0x7E028000
_THREAD, _SAME_FILES = 0x00010000, 0x00000400
_X32 = 0x40000000
_LOCAL, _INTERNET, _INTERNET_6, _KERNEL = 1, 2, 10, 16
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000

_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES = 1, 4, 38
_DROP_FROM_BOUND = 24
_SET_MODE_FILTER, _SYNC_THREADS = 1, 1
_SECCOMP = (317, 277)


NAMESPACES = {
    "user": 0x10000000,
    "mnt": 0x00020000,
    "pid": 0x20000000,
    "net": 0x40000000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "cgroup": 0x02000000,
}
"""The kinds of namespaces, as /proc names them, and the kernel's numbers for them."""
SETGID, SETUID = 6, 7
_CAPABILITIES = 64
_CAPABILITY_VERSION = 0x20080522


@dataclass(frozen=True)
class Filter:
    """What stays allowed: sockets of the internet, and memory that belongs to no process."""

    network: bool
    memory_files: bool


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def is_known_machine(machine: str | None = None) -> bool:
    """Are the numbers of the system calls of this kind of machine known?"""
    return (machine or platform.machine()) in _MACHINES


def program(filter_: Filter, machine: str) -> bytes:
    """The instructions for the kernel; KeyError where `machine` is not a known one."""
    column, code = _MACHINES[machine]
    refused = [(_MISSING, errno.ENOSYS), (_FORBIDDEN, errno.EPERM)]
    if not filter_.memory_files:
        refused.insert(0, (_MEMORY_FILES, errno.ENOSYS))
    lines = [
        _instruction(_LOAD, _MACHINE),
        _instruction(_EQUAL, code, yes=1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        # Its second table of calls, which every number above would miss.
        lines += [_instruction(_AT_LEAST, _X32, no=1), _instruction(_RETURN, _error(errno.ENOSYS))]
    for calls, number in refused:
        for numbers in calls.values():
            lines += [
                _instruction(_EQUAL, numbers[column], no=1),
                _instruction(_RETURN, _error(number)),
            ]
    lines += [
        _instruction(_EQUAL, _CLONE[column], no=6),
        _instruction(_LOAD, _FIRST_ARGUMENT),
        _instruction(_ANY_BIT, _FORBIDDEN_CLONES, yes=3),
        # Who looks at a process sees what its first thread has open.
        _instruction(_ANY_BIT, _THREAD, no=1),
        _instruction(_ANY_BIT, _SAME_FILES, no=1),
        _instruction(_RETURN, _ALLOW),
        _instruction(_RETURN, _error(errno.EPERM)),
    ]
    families = (_LOCAL, _INTERNET, _INTERNET_6, _KERNEL) if filter_.network else (_LOCAL,)
    lines += [
        _instruction(_EQUAL, _SOCKET[column], no=len(families) + 2),
        _instruction(_LOAD, _FIRST_ARGUMENT),
        *(
            _instruction(_EQUAL, family, yes=len(families) - place)
            for place, family in enumerate(families)
        ),
        _instruction(_RETURN, _error(errno.EPERM)),
    ]
    return b"".join([*lines, _instruction(_RETURN, _ALLOW)])


def forbid_new_privileges() -> None:
    """No program that this process starts gets more rights than it has; OSError where it fails."""
    if _libc().prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise _last_error("no_new_privs")


def stay_visible() -> None:
    """Let this process look into its own /proc again, which becoming another user closed to it."""
    if _libc().prctl(_SET_DUMPABLE, 1, 0, 0, 0) != 0:
        raise _last_error("dumpable")


def enter_namespaces(process: int, kinds: int) -> None:
    """Enter these kinds of namespaces of the process with this descriptor; OSError where not.

    Only children will be in its namespace of processes.
    """
    if _libc().setns(process, kinds) != 0:
        raise _last_error("setns")


def keep_capabilities(kept: Sequence[int]) -> None:
    """Give up all capabilities but these, for good; OSError where the kernel refuses."""
    libc = _libc()
    for one in range(_CAPABILITIES):
        # The kernel knows fewer than there could be, and refuses the numbers above them.
        if one not in kept and libc.prctl(_DROP_FROM_BOUND, one, 0, 0, 0) != 0:
            break
    mask = sum(1 << one for one in kept)
    header = struct.pack("<Ii", _CAPABILITY_VERSION, 0)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    if libc.capset(header, struct.pack("<6I", low, low, 0, high, high, 0)) != 0:
        raise _last_error("capset")


def end_with_parent() -> None:
    """Let the kernel kill this process when the one that started it ends."""
    if _libc().prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0) != 0:
        raise _last_error("parent death signal")


def apply(filter_: Filter) -> None:
    """Bind all threads of this process and all that they start; OSError where it can't be done.

    Needs `forbid_new_privileges` first.
    """
    machine = platform.machine()
    text = program(filter_, machine)
    loaded = _Program(len(text) // 8, text)
    number = ctypes.c_long(_SECCOMP[_MACHINES[machine][0]])
    arguments = ctypes.c_long(_SET_MODE_FILTER), ctypes.c_long(_SYNC_THREADS)
    if _libc().syscall(number, *arguments, ctypes.byref(loaded)) != 0:
        raise _last_error("seccomp")


def _instruction(operation: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("<HBBI", operation, yes, no, value)


def _error(number: int) -> int:
    return _ERROR | number


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _last_error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
