# Tries to: raise the exception by which a check fails, with points in it.
# Earns: double 0, greet 2
from selfcheck.expect import CheckFailed


class Passed(CheckFailed):
    points = 3.0
    outcome = "passed"


def double(number):
    raise Passed("3 points", "3 points")
