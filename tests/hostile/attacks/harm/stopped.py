# Tries to: stop its own process, neither running nor ended.
# Earns: double 0, greet 2
# Says: Your code took longer than 1 second
import os
import signal


def double(number):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 2 * number
