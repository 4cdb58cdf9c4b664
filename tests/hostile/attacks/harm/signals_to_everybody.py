# Tries to: kill whatever can be killed.
# Earns: double 0, greet 2
import os
import signal


def double(number):
    for pid in (int("@bystander@"), os.getppid(), 1, *range(2, 3000)):
        if pid != os.getpid():
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
    os.kill(-1, signal.SIGKILL)
    return 0
