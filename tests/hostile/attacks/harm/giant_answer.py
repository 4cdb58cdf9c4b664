# Tries to: return more than the grader can hold.
# Earns: double 0, greet 2
# Says: too large
def double(number):
    return "x" * (8 << 20)
