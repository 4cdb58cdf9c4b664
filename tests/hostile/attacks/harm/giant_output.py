# Tries to: drown the grader in output.
# Earns: double 3, greet 2
import os
import sys


def double(number):
    for _ in range(60):
        try:
            os.write(1, b"\x1b[31m<script>alert(1)</script>\xff\x00" * 2000)
            os.write(2, b"canary" * 10_000)
        except OSError:
            break
    sys.stderr.write("=cmd|' /C calc'!A0")
    return 2 * number
