# Tries to: close everything that it finds open.
# Earns: double 0, greet 2
# Says: closed its connection to the grader
import os


def double(number):
    os.closerange(0, 4096)
    while True:
        pass
