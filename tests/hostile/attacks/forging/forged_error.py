# Tries to: send an error of a form that the grader can't read.
# Earns: double 0, greet 2
import os

from autograder.sandbox import wire


def double(number):
    reply = {"id": 2, "error": {"message": ["passed"], "text": 1, "trace": None, "frames": "none"}}
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, wire.encode(reply))
        except OSError:
            continue
    return 0
