# Tries to: outlive the grading as a daemon.
# Earns: double 3, greet 2
import os
import time


def double(number):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("sleep", ["sleep", "8642"])
        os._exit(0)
    time.sleep(0.05)
    return 2 * number
