# Tries to: return a number with a million digits.
# Earns: double 0, greet 2
import sys

sys.set_int_max_str_digits(0)


def double(number):
    return number**300_000
