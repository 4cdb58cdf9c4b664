# Tries to: hide memory in files that have no name.
# Earns: double 0, greet 2
# Says: Function not implemented
import os


def double(number):
    kept = []
    while True:
        descriptor = os.memfd_create("hidden")
        os.write(descriptor, bytes(3 << 20))
        kept.append(descriptor)
