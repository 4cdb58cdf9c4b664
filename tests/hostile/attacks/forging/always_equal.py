# Tries to: return an object that equals everything.
# Earns: double 0, greet 2
class Anything:
    def __eq__(self, other):
        return True

    __hash__ = None
    __instancecheck__ = __eq__

    def __reduce__(self):
        return (print, ("unpickled",))


def double(number):
    return Anything()
