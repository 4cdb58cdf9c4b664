# Tries to: use all memory in many small processes.
# Earns: double 0, greet 2
# Says: used more than 256 MB of memory
import os
import time


def double(number):
    for _ in range(6):
        if os.fork() == 0:
            held = bytearray(os.urandom(1 << 16)) * 960
            time.sleep(60)
            os._exit(len(held) % 2)
    time.sleep(60)
