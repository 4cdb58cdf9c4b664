"""Where the time of one submission goes: seconds of each part, over and over.

    python benchmarks/one_submission.py docs/sample-class/submitted/01-reference/mnist --rounds 3

Prints wall seconds a part, the median of the rounds, and their sum. The images come from
`MNIST_ROOT`, else they are the synthetic digits. Nothing is kept.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path

from autograder import course as courses
from autograder import data
from autograder.grading.batch import Plan
from autograder.grading.submission import HandedIn, read
from autograder.grading.work import Work


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("submission", type=Path, help="the folder <student>/<assignment>")
    parser.add_argument("--course", type=Path, default=Path("course.yaml"))
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"

    import torch

    torch.set_num_threads(1)
    course = courses.load(arguments.course)
    assignment = course.assignment(arguments.submission.resolve().name)
    images = data.load(assignment.data, None, allow_synthetic=True)
    plan = Plan(
        course=course.path,
        assignment=assignment.name,
        release=course.root / "release" / assignment.name,
        key=b"benchmark" * 4,
        backend="bubblewrap",
        device="cpu",
        data_name=images.name,
        data_root=None,
        seconds=600,
    )
    grader = plan.grader()
    grader.require_sound_checks()
    handed_in = HandedIn("benchmark", arguments.submission)
    submission = read(handed_in, grader.assignment, dict(grader.manifest.stubs))
    seconds: dict[str, list[float]] = {part.name: [] for part in assignment.parts}

    def grade_all() -> None:
        for _ in range(arguments.rounds):
            work = Work(grader, submission)
            for part in assignment.parts:
                started = time.perf_counter()
                work.grade_part(part)
                seconds[part.name].append(time.perf_counter() - started)

    try:
        grader.in_session(grade_all)
    finally:
        grader.close()
    print(f"{images.name} images, {arguments.rounds} rounds, median wall seconds")
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, median in medians.items():
        print(f"  {name:<12} {median:6.2f}")
    print(f"  {'all parts':<12} {sum(medians.values()):6.2f}")


if __name__ == "__main__":
    main()
