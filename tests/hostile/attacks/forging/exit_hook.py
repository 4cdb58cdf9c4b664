# Tries to: answer when Python ends, after everything was judged wrong.
# Earns: double 0, greet 2
import atexit
import os

from autograder.sandbox import wire


def last_word():
    frame = wire.encode({"id": 2, "value": [0, 0, 0, 0]})
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, frame)
        except OSError:
            continue


atexit.register(last_word)


def double(number):
    raise SystemExit(0)
