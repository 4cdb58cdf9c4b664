"""Grades the same submission with this kit, nbgrader, otter and as a bare script, in turns.

    make bench                     five rounds, about half an hour
    make bench ROUNDS=1            a look

Every round runs everything once, so that a machine that gets slower does so for all. Prints a
table of medians and writes it, with every single figure, to benchmarks/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import measure
import peers
from measure import Took

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
KEPT = ROOT / ".bench"
RESULTS = ROOT / "benchmarks" / "results"
SOLUTIONS = ROOT / "solutions" / "mnist"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
FIRST, CLASS = "kit, one submission, start and all", "kit, a class, --jobs 2"
WARM = "kit, one submission, warm, one core"
ALONE = "kit, one submission, warm, two cores"
COLD = "kit, one submission, --cold"
NBGRADER, OTTER, OTTERS = "nbgrader autograde", "otter run", "otter run, two side by side"
BARE, FLOOR = "python train.py", "floor: training alone"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--class-size", type=int, default=40)
    parser.add_argument("--images", type=Path, default=os.environ.get("MNIST_ROOT"))
    arguments = parser.parse_args()
    if arguments.images is None:
        raise SystemExit("MNIST_ROOT names no folder with MNIST, which all tools are to train on")
    otter = otter_of_its_own()
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        bench = Bench(Path(place), arguments.images.resolve(), arguments.class_size, otter)
        found: dict[str, list[Took]] = {name: [] for name in bench.ways}
        for number in range(arguments.rounds):
            for name, run in bench.ways.items():
                found[name].append(run())
                took = found[name][-1]
                print(
                    f"round {number + 1}  {name:<38} {took.wall:7.2f} s wall {took.cpu:7.2f} s CPU",
                    flush=True,
                )
        held = bench.memory()
    text = table({name: measure.median(took) for name, took in found.items()}, held)
    print(f"\n{text}")
    RESULTS.mkdir(exist_ok=True)
    singles = {name: [asdict(one) for one in took] for name, took in found.items()}
    (RESULTS / "compare.json").write_text(json.dumps(singles, indent=1) + "\n")
    (RESULTS / "compare.md").write_text(f"{text}\n")


def otter_of_its_own() -> Path:
    """The command `otter` in an environment of its own, which has the kit's torch, too."""
    folder = KEPT / "otter"
    if not (folder / "bin" / "otter").exists():
        print("== Set-up, once: otter-grader goes into .bench/otter", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        [packages] = folder.glob("lib/python*/site-packages")
        [ours] = BIN.parent.glob("lib/python*/site-packages")
        (packages / "kit.pth").write_text(f"{ours}\n")
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "otter-grader"]
        subprocess.run(pip, check=True)
    return folder / "bin" / "otter"


class Bench:
    """Everything that is measured, laid out in a folder; `ways` by their names."""

    def __init__(self, folder: Path, images: Path, size: int, otter: Path) -> None:
        self.folder, self.size, self.otter = folder, size, otter
        self.path = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        self.environment = {**ONE_THREAD, **self.path, "AUTOGRADER_KEY": "5ec2e7" + "0" * 58}
        data = peers.lay_out_images(images, folder / "data")
        self.environment["MNIST_ROOT"] = str(data)
        peers.make_nbgrader(folder / "nbgrader", SOLUTIONS, data)
        peers.make_otter(folder / "otter", SOLUTIONS, data)
        self._run(str(BIN / "nbgrader"), "generate_assignment", peers.NAME, where="nbgrader")
        self._run(str(otter), "assign", "master.ipynb", "dist", where="otter")
        [self.tests] = (folder / "otter" / "dist" / "autograder").glob("*.zip")
        shutil.copytree(ROOT / "release" / "mnist", folder / "bare")
        for module in peers.MODULES:
            shutil.copy(SOLUTIONS / f"{module}.py", folder / "bare" / f"{module}.py")
        for name, number in (("one", 1), ("class", size)):
            for student in range(number):
                self._hand_in(folder / name / f"s{student:05}" / "mnist")
        self.ways: dict[str, Callable[[], Took]] = {
            FLOOR: self.floor,
            WARM: self.warm,
            ALONE: lambda: self.warm("--spare-core"),
            FIRST: lambda: self.kit("one", 2),
            COLD: lambda: self.kit("one", 2, "--cold"),
            BARE: self.bare,
            CLASS: lambda: self.kit("class", 2).each(size),
            NBGRADER: self.nbgrader,
            OTTER: lambda: self.otters(1),
            OTTERS: lambda: self.otters(2).each(2),
        }

    def kit(self, class_: str, jobs: int, *more: str, memory: bool = False) -> Took:
        """The class, graded from nothing."""
        out = self.folder / "graded"
        shutil.rmtree(out, ignore_errors=True)
        command = [
            *(str(BIN / "autograder"), "grade", str(self.folder / class_), "--out", str(out)),
            *("--jobs", str(jobs), "--device", "cpu", *more),
        ]
        return measure.run([command], ROOT, self.environment, memory)

    def warm(self, *more: str) -> Took:
        """One submission whose slot is there and has torch imported."""
        said = self._said("warm.py", str(self.folder / "one"), *more)
        return Took(*map(float, said.split()))

    def floor(self) -> Took:
        seconds = float(self._said("floor.py", str(SOLUTIONS)))
        return Took(seconds, seconds)

    def bare(self) -> Took:
        data = self.environment["MNIST_ROOT"]
        command = [sys.executable, "train.py", "--data-root", data, "--device", "cpu"]
        return measure.run([command], self.folder / "bare", self.environment)

    def nbgrader(self) -> Took:
        command = [str(BIN / "nbgrader"), "autograde", peers.NAME, "--force"]
        return measure.run([command], self.folder / "nbgrader", self.environment)

    def otters(self, number: int) -> Took:
        commands = []
        for one in range(number):
            out = self.folder / "otter" / f"out{one}"
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            notebook = shutil.copy(self.folder / "otter" / f"{peers.NAME}.ipynb", out)
            commands.append(
                [str(self.otter), "run", notebook, "-a", str(self.tests), "-o", str(out)]
            )
        return measure.run(commands, self.folder / "otter", self.environment)

    def memory(self) -> dict[str, int]:
        """Peak bytes: this costs time itself, so it is a run of its own."""
        one = self.kit("class", 1, memory=True).memory
        two = self.kit("class", 2, memory=True).memory
        assert one is not None
        assert two is not None
        return {"--jobs 1": one, "--jobs 2": two, "one more slot": two - one}

    def _hand_in(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        for module in peers.MODULES:
            text = (SOLUTIONS / f"{module}.py").read_text(encoding="utf-8")
            # Each its own, or the same seeds would make the same run.
            (folder / f"{module}.py").write_text(f"{text}\n# {folder.parent.name}\n", "utf-8")

    def _said(self, script: str, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, str(ROOT / "benchmarks" / script), *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def _run(self, *command: str, where: str) -> None:
        measure.run([command], self.folder / where, self.environment)


def table(found: dict[str, Took], held: dict[str, int]) -> str:
    """The medians as Markdown, with what one may want to know of the machine."""
    import torch

    floor, mine = found[FLOOR].cpu, found[CLASS].wall
    lines = [
        f"{len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, "
        f"torch {torch.__version__}, {time.strftime('%Y-%m-%d')}; seconds a submission",
        "",
        "| | wall | CPU | submissions an hour | CPU / floor | wall / kit's class |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, took in found.items():
        hour = "" if name == FLOOR else f"{3600 / took.wall:,.0f}"
        lines.append(
            f"| {name} | {took.wall:.2f} | {took.cpu:.2f} | {hour} | {took.cpu / floor:.2f} "
            f"| {took.wall / mine:.1f} |"
        )
    lines.append("")
    lines += [f"Memory, {name}: {size / (1 << 20):,.0f} MB" for name, size in held.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
