# Tries to: return more items than the grader can hold.
# Earns: double 0, greet 2
def double(number):
    return [0] * 400_000
