# Tries to: fill the shared memory.
# Earns: double 0, greet 2
import os


def double(number):
    for count in range(10_000):
        with open(f"/dev/shm/full-{count}", "wb") as file:
            file.write(bytes(3 << 20))
    os.listdir("/dev/shm")
