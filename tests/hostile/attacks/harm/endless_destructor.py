# Tries to: never end cleaning up.
# Earns: double 0, greet 2
# Says: Your code took longer than 1 second
class Endless:
    def __del__(self):
        while True:
            pass


def double(number):
    Endless()
