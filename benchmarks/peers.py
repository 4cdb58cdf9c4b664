"""The same assignment as the other tools want it: one notebook, with tests that train and measure.

The submission is the reference with the tutorials' pipeline: torchvision's MNIST, each image
turned into a tensor when it is drawn.
"""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_raw_cell

from autograder.data.mnist import FILES

MODULES = ("transforms", "loaders", "model", "training")
NAME = "digits"
STUDENT = "reference"
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
_TRAIN = """
import torch
from torchvision import datasets
torch.set_num_threads(1)
torch.manual_seed(0)
transform = build_transform(0.1307, 0.3081)
whole = datasets.MNIST({data!r}, train=True, transform=transform)
held_out = datasets.MNIST({data!r}, train=False, transform=transform)
train_set, val_set = split_train_val(whole, 10_000, 0)
train_loader, val_loader, test_loader = build_loaders(train_set, val_set, held_out, 64, 1000)
network = MLP(128, 10)
history = fit(network, train_loader, val_loader, epochs=2, lr=1e-3, device=torch.device("cpu"))
"""
_TEST = """
loss, accuracy = evaluate(network, test_loader, torch.nn.CrossEntropyLoss(), torch.device("cpu"))
assert accuracy >= 0.94, accuracy
assert len(history["train_loss"]) == 2
assert len(val_set) == 10_000
assert MLP(7, 3)(torch.zeros(2, 1, 28, 28)).shape == (2, 3)
"""
_NBGRADER = """
c = get_config()
c.CourseDirectory.course_id = "bench"
c.ExecutePreprocessor.timeout = 900
"""


def code(solutions: Path) -> list[str]:
    """The four modules as the cells of one notebook, without what only explains."""
    found = []
    for module in MODULES:
        text = (solutions / f"{module}.py").read_text(encoding="utf-8")
        found.append(re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    return found


def lay_out_images(root: Path, folder: Path) -> Path:
    """MNIST as torchvision has it once it was downloaded."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in FILES:
        packed = next(root.rglob(f"{name}.gz"), None)
        if packed is None:
            shutil.copy(next(root.rglob(name)), raw / name)
        else:
            (raw / name).write_bytes(gzip.decompress(packed.read_bytes()))
    return folder


def make_nbgrader(folder: Path, solutions: Path, data: Path) -> None:
    """A course with one assignment and one submission."""
    source, submitted = folder / "source" / NAME, folder / "submitted" / STUDENT / NAME
    for place in (source, submitted):
        place.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(_NBGRADER)
    cells = [new_code_cell(text) for text in (*code(solutions), _TRAIN.format(data=str(data)))]
    test = new_code_cell(_TEST)
    test.metadata["nbgrader"] = {
        "schema_version": 3, "grade": True, "solution": False, "locked": True, "task": False,
        "points": 100, "grade_id": "accuracy",
    }  # fmt: skip
    for number, cell in enumerate(cells):
        cell.metadata["nbgrader"] = {
            "schema_version": 3, "grade": False, "solution": True, "locked": False, "task": False,
            "grade_id": f"cell-{number}",
        }  # fmt: skip
    notebook = new_notebook(cells=[*cells, test], metadata=KERNEL)
    nbformat.write(notebook, source / f"{NAME}.ipynb")
    nbformat.write(notebook, submitted / f"{NAME}.ipynb")


def make_otter(folder: Path, solutions: Path, data: Path) -> None:
    """A master notebook for `otter assign`, and one submission."""
    folder.mkdir(parents=True)
    cells = [new_code_cell(text) for text in (*code(solutions), _TRAIN.format(data=str(data)))]
    config = "# ASSIGNMENT CONFIG\nrun_tests: false\nexport_cell: false\ninit_cell: false\n"
    question = [
        new_raw_cell("# BEGIN QUESTION\nname: q1\npoints: 100"),
        new_raw_cell("# BEGIN SOLUTION"),
        *cells,
        new_raw_cell("# END SOLUTION"),
        new_raw_cell("# BEGIN TESTS"),
        new_code_cell(_TEST),
        new_raw_cell("# END TESTS"),
        new_raw_cell("# END QUESTION"),
    ]
    master = new_notebook(cells=[new_raw_cell(config), *question], metadata=KERNEL)
    nbformat.write(master, folder / "master.ipynb")
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), folder / f"{NAME}.ipynb")
