# Tries to: never end being read.
# Earns: double 0, greet 2
# Says: Your code took longer than 1 second
class Endless(float):
    def __float__(self):
        while True:
            pass


def double(number):
    return Endless(number)
