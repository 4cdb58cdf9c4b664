# Tries to: reach files outside through links of its own.
# Earns: double 0, greet 2
# Says: found [] behind the links
import os


def double(number):
    found = []
    for number, place in enumerate(("@hidden@", "@outside@", "/root", "/home", "/proc/1/root/tmp")):
        os.symlink(place, f"way-{number}")
        for name in ("canary.txt", "course/course.yaml", "."):
            try:
                path = os.path.join(f"way-{number}", name)
                found += os.listdir(path) if os.path.isdir(path) else [open(path).read()]
            except OSError:
                continue
    interesting = [one for one in found if "canary" in one or "course" in one]
    raise ValueError(f"found {interesting} behind the links")
