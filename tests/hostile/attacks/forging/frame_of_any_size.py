# Tries to: make the grader read an answer larger than its memory.
# Earns: double 0, greet 2
# Says: too large
import os

from autograder.sandbox import wire


def double(number):
    header = wire.HEADER.pack(wire.MAGIC, 2**32 - 1, 2**63)
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, header)
        except OSError:
            continue
    return 0
