# Tries to: replace the probe by one that knows the answer to another question.
# Earns: double 0, greet 2
import sys

sys.modules["probes"].doubled = lambda student, numbers: [0 for _ in numbers]
sys.modules["probes"].expected = [0, 0, 0, 0]


def double(number):
    return number
