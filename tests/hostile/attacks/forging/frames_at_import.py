# Tries to: answer all questions beforehand, while it is imported.
# Earns: double 0, greet 2
import os

from autograder.sandbox import wire

for identity in range(1, 20):
    frame = wire.encode({"id": identity, "value": [2, 4, 6, 8]})
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, frame)
        except OSError:
            continue


def double(number):
    return 0
