# Tries to: raise an error whose causes never end.
# Earns: double 0, greet 2
# Says: ValueError: 19999
def double(number):
    error = ValueError(0)
    for count in range(20_000):
        following = ValueError(count)
        following.__cause__ = error
        error = following
    raise error
