# Tries to: never end ending.
# Earns: double 3, greet 2
import atexit


def wait():
    while True:
        pass


atexit.register(wait)


def double(number):
    return 2 * number
