# Tries to: raise an error that breaks whoever looks at it.
# Earns: double 0, greet 2
class Broken(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__

    @property
    def __class__(self):
        raise SystemExit(0)

    @property
    def __traceback__(self):
        raise KeyboardInterrupt

    @property
    def __cause__(self):
        return self


def double(number):
    raise Broken
