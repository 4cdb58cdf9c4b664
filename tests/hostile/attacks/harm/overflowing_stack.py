# Tries to: overflow the stack.
# Earns: double 0, greet 2
import sys

sys.setrecursionlimit(10**9)


def double(number):
    class Nested:
        def __getattr__(self, name):
            return getattr(self, name)

    return Nested().name
