"""One submission after another in one slot, as in the middle of a class: wall and CPU seconds each.

    python benchmarks/warm.py FOLDER --rounds 3 [--spare-core]

With a spare core it is graded as the last or only one of a class is, on two cores. FOLDER holds
`<student>/mnist`; its first submission is graded once beforehand, to warm up. CPU
seconds are the machine's.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil

from autograder import course as courses
from autograder.commands.grade import make_plan
from autograder.commands.options import GradeOptions
from autograder.grading.environment import pytest_by_itself
from autograder.grading.submission import find


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--course", type=Path, default=Path("course.yaml"))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--spare-core", action="store_true")
    arguments = parser.parse_args()
    course = courses.load(arguments.course)
    options = GradeOptions(arguments.folder, device="cpu")
    plan = make_plan(course, course.assignment("mnist"), options)
    first = find(arguments.folder, "mnist")[0]
    with tempfile.TemporaryFile() as images, pytest_by_itself():
        grader = replace(plan, images_file=images.fileno()).grader()

        def grade_all() -> list[tuple[float, float]]:
            grader.grade(first)
            return [
                _one(lambda: grader.grade(first, arguments.spare_core))
                for _ in range(arguments.rounds)
            ]

        try:
            took = grader.in_session(grade_all)
        finally:
            grader.close()
    wall, cpu = (statistics.median(column) for column in zip(*took, strict=True))
    print(f"{wall:.3f} {cpu:.3f}")


def _one(run) -> tuple[float, float]:
    before, started = psutil.cpu_times(), time.perf_counter()
    result, _ = run()
    wall, after = time.perf_counter() - started, psutil.cpu_times()
    if result.score != result.max_score:
        raise SystemExit(f"expected full marks for the reference, found {result.score}")
    return wall, after.user + after.system - before.user - before.system


if __name__ == "__main__":
    os.environ.update({"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"})
    main()
