# Tries to: never end telling what went wrong.
# Earns: double 0, greet 2
# Says: Your code took longer than 2 seconds
class Endless(Exception):
    def __str__(self):
        while True:
            pass


def double(number):
    raise Endless
