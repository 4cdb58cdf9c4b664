# Tries to: write and delete outside its folder.
# Earns: double 3, greet 2
import os
import shutil


def double(number):
    for place in ("@outside@", "@hidden@", "@scratch@", "/", "/usr", "/etc", "/tmp/..", "/work"):
        for name in ("planted", "canary.txt"):
            try:
                with open(os.path.join(place, name), "w") as file:
                    file.write("overwritten")
            except OSError:
                continue
        shutil.rmtree(os.path.join(place, "course"), ignore_errors=True)
    try:
        os.unlink("@outside@/canary.txt")
    except OSError:
        pass
    return 2 * number
