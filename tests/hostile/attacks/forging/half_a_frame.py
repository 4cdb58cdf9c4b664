# Tries to: keep the grader waiting for the rest of an answer.
# Earns: double 0, greet 2
# Says: timeout:
import os
import time

from autograder.sandbox import wire


def double(number):
    frame = wire.encode({"id": 2, "value": [1, 2, 3, 4]})
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, frame[:-1])
        except OSError:
            continue
    time.sleep(600)
