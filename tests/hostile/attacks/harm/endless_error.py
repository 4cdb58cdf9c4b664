# Tries to: never end telling what went wrong.
# Earns: double 0, greet 2
# Says: Your code took longer than 1 second
class Endless(Exception):
    def __str__(self):
        while True:
            pass


def double(number):
    raise Endless
