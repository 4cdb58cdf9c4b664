# Tries to: leave with success while a check waits.
# Earns: double 0, greet 2
# Says: SystemExit: 0
import sys


def double(number):
    sys.exit(0)
