# Tries to: never answer.
# Earns: double 0, greet 2
# Says: Your code took longer than 1 second
def double(number):
    while True:
        pass
