"""What grading costs beside training: an empty submission, 10,000 of them, a release, a cluster.

    python benchmarks/overhead.py [--many 10000]

Prints each figure as it is known, and writes them to benchmarks/results/overhead.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import measure
import peers
import psutil
from compare import BIN, ONE_THREAD, RESULTS, ROOT, SOLUTIONS, otter_of_its_own

from autograder import course as courses
from autograder.commands.grade import make_plan
from autograder.commands.options import GradeOptions
from autograder.grading.batch import open_class
from autograder.grading.submission import HandedIn, find

KEY = {"AUTOGRADER_KEY": "5ec2e7" + "0" * 58}
CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--many", type=int, default=10_000)
    arguments = parser.parse_args()
    os.environ.update({**ONE_THREAD, **KEY})
    lines: list[str] = []

    def tell(text: str) -> None:
        print(text, flush=True)
        lines.append(f"- {text}")

    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folder = Path(place)
        for kind, seconds in empty(folder / "empty").items():
            tell(f"An empty submission, {kind}: {seconds:.3f} s with a warm worker")
        for number, wall, memory in growing(folder / "many", arguments.many):
            tell(
                f"{number:,} submissions: {wall / number * 1000:.1f} ms each, the main process and "
                f"its slots hold {memory / (1 << 20):,.0f} MB"
            )
        for name, took in releases(folder).items():
            tell(f"{name}: {took.wall:.1f} s wall, {took.cpu:.1f} s CPU")
        for command, seconds in start_up().items():
            tell(f"`{command}`: {seconds:.2f} s")
        for name, took in clusters(folder).items():
            tell(f"Six submissions, {name}: {took.wall:.1f} s wall, {took.cpu:.1f} s CPU")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "overhead.md").write_text("\n".join(lines) + "\n")


def empty(folder: Path) -> dict[str, float]:
    """Median seconds of a submission as it was released, of empty files, and of nothing right."""
    course = courses.load(ROOT / "course.yaml")
    assignment = course.assignment("mnist")
    places = {
        "as it was released": folder / "untouched" / "mnist",
        "four empty files": folder / "blank" / "mnist",
        "four files with a comment": folder / "comment" / "mnist",
        "four files, one useless line each: 5 workers, 54 checks": folder / "line" / "mnist",
    }
    untouched, blank, comment, line = places.values()
    shutil.copytree(ROOT / "release" / "mnist", untouched)
    for place, text in ((blank, ""), (comment, "# Later.\n"), (line, "LATER = True\n")):
        place.mkdir(parents=True)
        for module in peers.MODULES:
            (place / f"{module}.py").write_text(text)
    grader = make_plan(course, assignment, GradeOptions(folder, device="cpu")).grader()
    found: dict[str, float] = {}

    def grade_all() -> None:
        for kind, place in places.items():
            seconds = []
            for _ in range(8):
                started = time.perf_counter()
                grader.grade(HandedIn(kind, place))
                seconds.append(time.perf_counter() - started)
            found[kind] = statistics.median(seconds[1:])

    try:
        grader.in_session(grade_all)
    finally:
        grader.close()
    return found


def growing(folder: Path, most: int) -> Iterator[tuple[int, float, int]]:
    """Number of submissions, wall seconds, bytes that all processes hold at the end."""
    course = courses.load(ROOT / "course.yaml")
    options = GradeOptions(folder, device="cpu", data_name="synthetic")
    plan = make_plan(course, course.assignment("mnist"), options)
    stub = ROOT / "release" / "mnist" / "model.py"
    number = 1
    while number <= most:
        for student in range(number):
            place = folder / str(number) / f"s{student:05}" / "mnist"
            place.mkdir(parents=True)
            shutil.copy(stub, place)
        started = time.perf_counter()
        class_ = find(folder / str(number), "mnist")
        with open_class(plan, class_, folder / f"out-{number}", fresh=True) as batch:
            for _ in batch.grade(2):
                pass
            processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
            held = sum(process.memory_full_info().pss for process in processes)
        yield number, time.perf_counter() - started, held
        number *= 100 if number == 1 else 10


def releases(folder: Path) -> dict[str, measure.Took]:
    """A release of this kit, and of one notebook with the other tools."""
    environment = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    root = folder / "course"
    ignored = shutil.ignore_patterns(".venv", ".bench", ".git", "__pycache__", "demo")
    shutil.copytree(ROOT, root, ignore=ignored)
    shutil.rmtree(root / "release")
    peers.make_nbgrader(folder / "nbgrader", SOLUTIONS, folder)
    peers.make_otter(folder / "otter", SOLUTIONS, folder)
    otter = str(otter_of_its_own())
    commands = {
        "autograder release, eight files, verified": ([str(BIN / "autograder"), "release"], root),
        "autograder release --check": ([str(BIN / "autograder"), "release", "--check"], root),
        "nbgrader generate_assignment, one notebook": (
            [str(BIN / "nbgrader"), "generate_assignment", peers.NAME], folder / "nbgrader",
        ),
        "otter assign, one notebook, without its tests": (
            [otter, "assign", "master.ipynb", "dist"], folder / "otter",
        ),
    }  # fmt: skip
    return {
        name: measure.run([command], at, environment) for name, (command, at) in commands.items()
    }


def start_up() -> dict[str, float]:
    """Median seconds of commands that compute nothing."""
    found = {}
    for words in (["--help"], ["report", "--help"], ["grade", "--help"]):
        command = [str(BIN / "autograder"), *words]
        took = [measure.run([command], ROOT).wall for _ in range(5)]
        found[" ".join(["autograder", *words])] = statistics.median(took)
    return found


def clusters(folder: Path) -> dict[str, measure.Took]:
    """The same six submissions with two slots here, and on a cluster of two workers here."""
    class_ = folder / "six"
    for student in range(6):
        place = class_ / f"s{student}" / "mnist"
        place.mkdir(parents=True)
        for module in peers.MODULES:
            text = (SOLUTIONS / f"{module}.py").read_text(encoding="utf-8")
            (place / f"{module}.py").write_text(f"{text}\n# {student}\n", "utf-8")
    with cluster(folder) as address:
        ways = {"here, --jobs 2": ["--jobs", "2"], "two Dask workers": ["--scheduler", address]}
        return {name: _graded(class_, folder / "graded", more) for name, more in ways.items()}


def _graded(class_: Path, out: Path, more: list[str]) -> measure.Took:
    shutil.rmtree(out, ignore_errors=True)
    command = [str(BIN / "autograder"), "grade", str(class_), "--out", str(out), *more]
    return measure.run([[*command, "--device", "cpu", "--allow-synthetic"]], ROOT)


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    (folder / "cluster.py").write_text(CLUSTER)
    process = subprocess.Popen(
        [sys.executable, "cluster.py"], cwd=folder, stdin=subprocess.PIPE, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate("")


if __name__ == "__main__":
    main()
