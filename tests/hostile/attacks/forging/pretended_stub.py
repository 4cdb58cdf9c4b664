# Tries to: look unattempted, so that nobody looks closer, and pass all the same.
# Earns: double 0, greet 2
# Says: not attempted
def double(number):
    raise NotImplementedError("double: still to be written")
