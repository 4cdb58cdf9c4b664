# Tries to: drown the answer in others.
# Earns: double 0, greet 2
import os

from autograder.sandbox import wire


def double(number):
    frames = wire.encode({"id": 99, "value": None}) * 100
    while True:
        for descriptor in range(3, 10):
            try:
                os.write(descriptor, frames)
            except OSError:
                continue
