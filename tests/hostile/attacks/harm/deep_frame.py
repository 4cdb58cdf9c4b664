# Tries to: send data nested deeper than the grader's reader can go.
# Earns: double 0, greet 2
import os

from autograder.sandbox import wire


def double(number):
    text = b'{"id":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"
    frame = wire.HEADER.pack(wire.MAGIC, len(text), 0) + text
    for descriptor in range(4, 7):
        try:
            os.write(descriptor, frame)
        except OSError:
            continue
    return 0
