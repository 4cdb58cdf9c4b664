# Tries to: have its failure expected.
# Earns: double 0, greet 2
import pytest


def double(number):
    pytest.xfail("expected")
