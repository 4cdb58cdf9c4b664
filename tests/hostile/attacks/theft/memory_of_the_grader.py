# Tries to: read the grader's memory.
# Earns: double 0, greet 2
# Says: read [], attached -1
import ctypes
import os


def double(number):
    read = []
    for pid in {os.getppid(), 1, int("@bystander@"), *range(2, 400)} - {os.getpid()}:
        try:
            # The first process of its own namespace is its own, too.
            if not os.readlink(f"/proc/{pid}/exe").endswith("bwrap"):
                with open(f"/proc/{pid}/mem", "rb") as file:
                    file.seek(0x400000)
                    read.append(file.read(16))
        except (OSError, ValueError):
            continue
    libc = ctypes.CDLL(None, use_errno=True)
    attached = libc.ptrace(16, int("@bystander@"), 0, 0)
    raise ValueError(f"read {read}, attached {attached}")
