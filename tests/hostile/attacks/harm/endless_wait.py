# Tries to: wait for input that never comes, deaf to signals.
# Earns: double 0, greet 2
# Says: Your code took longer than 1 second
import signal
import time


def double(number):
    for one in range(1, 32):
        try:
            signal.signal(one, signal.SIG_IGN)
        except OSError:
            continue
    while True:
        time.sleep(600)
