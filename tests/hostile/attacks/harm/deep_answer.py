# Tries to: return data nested deeper than the grader can go.
# Earns: double 0, greet 2
# Says: nested more than 16 deep
def double(number):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested
