# Tries to: keep the grader waiting for the end of its output.
# Earns: double 3, greet 2
import os
import signal
import time


def double(number):
    if os.fork() == 0:
        os.setsid()
        for one in range(1, 32):
            try:
                signal.signal(one, signal.SIG_IGN)
            except OSError:
                continue
        while True:
            os.write(1, b"still here\n")
            time.sleep(0.01)
    return 2 * number
