# Tries to: read secrets that the grader's environment passed on.
# Earns: double 0, greet 2
# Says: knows ['HOME', 'LANG', 'LOGNAME'
import os


def double(number):
    raise ValueError(f"knows {sorted(os.environ)}")
