# Tries to: write its own result where the grader might look for it.
# Earns: double 0, greet 2
import json
import os

RESULT = {"student": "me", "assignment": "steps", "status": "graded", "score": 9.0}

for folder in (".", "/tmp", "..", "@scratch@", "@outside@", os.environ["HOME"]):
    for name in ("result.json", "results.json", "grades.csv"):
        try:
            with open(os.path.join(folder, name), "w") as file:
                json.dump(RESULT, file)
        except OSError:
            continue


def double(number):
    return RESULT
