# Tries to: fill the disk with one file.
# Earns: double 0, greet 2
# Says: File too large
def double(number):
    with open("full", "wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 20))
