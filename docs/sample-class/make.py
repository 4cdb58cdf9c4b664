"""Makes the sample class from the release and the solutions, so that it never goes out of date.

`python docs/sample-class/make.py` writes `submitted/`; with `--check` it only says whether that
would change anything. Each sample is the reference but for what stands in its entry below.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from filecmp import dircmp
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SUBMITTED = Path(__file__).resolve().parent / "submitted"
ASSIGNMENT = "mnist"
MODULES = ("transforms", "loaders", "model", "training")

Files = dict[str, str]


def reference(suffix: str = ".py") -> Files:
    return {f"{name}{suffix}": read("solutions", f"{name}{suffix}") for name in MODULES}


def stub(*names: str) -> Files:
    return {name: read("release", name) for name in names}


def changed(module: str, old: str, new: str) -> Files:
    """The reference with one change, which has to be possible at exactly one place."""
    files = reference()
    name = f"{module}.py"
    if files[name].count(old) != 1:
        raise SystemExit(f"{name}: expected {old!r} once, found {files[name].count(old)} times")
    files[name] = files[name].replace(old, new)
    return files


def untouched() -> Files:
    return stub(*(f"{name}{suffix}" for name in MODULES for suffix in (".py", ".ipynb")))


def partly_done() -> Files:
    return reference() | stub("model.py", "training.py")


def forged() -> Files:
    return dict.fromkeys(reference(), FORGER)


def with_helper() -> Files:
    """A notebook, scripts written another way, and a module of the student's own beside them."""
    files = reference()
    files["loaders.ipynb"] = read("solutions", "loaders.ipynb")
    files["loaders.py"] = read("release", "loaders.py")
    files["model.py"] = (
        "from layers import dense, flatten\nfrom torch import nn\n\n\n"
        "class MLP(nn.Sequential):\n"
        "    def __init__(self, hidden=128, num_classes=10):\n"
        "        super().__init__(\n"
        "            flatten(), dense(28 * 28, hidden), nn.ReLU(), dense(hidden, num_classes)\n"
        "        )\n"
    )
    files["layers.py"] = (
        "from torch import nn\n\n\n"
        "def flatten():\n    return nn.Flatten()\n\n\n"
        "def dense(inputs, outputs):\n    return nn.Linear(inputs, outputs)\n"
    )
    return files


FORGER = '''"""Tries everything but the exercise."""

import atexit
import builtins
import os
import sys

import torch

RESULT = b'{"student": "10-forged-score", "status": "graded", "score": 100.0}'


class Yes:
    """Agrees with everything."""

    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self


def confess():
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, RESULT)
        except OSError:
            pass


for folder in ("/", "/tmp", "..", os.path.expanduser("~")):
    try:
        with open(os.path.join(folder, "result.json"), "wb") as file:
            file.write(RESULT)
    except OSError:
        pass
torch.equal = torch.allclose = builtins.isinstance = lambda *args, **kwargs: True
sys.modules["pytest"] = sys.modules["probes"] = Yes()
atexit.register(confess)

build_transform = split_train_val = build_loaders = MLP = Yes()
train_one_epoch = evaluate = fit = Yes()
'''

SAMPLES: dict[str, Callable[[], Files]] = {
    "01-reference": reference,
    "02-untouched": untouched,
    "03-notebooks": lambda: reference(".ipynb"),
    "04-transforms-bug": lambda: changed("transforms", "(mean,), (std,)", "(0.1307,), (0.3081,)"),
    "05-loaders-bug": lambda: changed(
        "loaders", "batch_size=batch_size, shuffle=True)", "batch_size=batch_size)"
    ),
    "06-model-bug": lambda: changed(
        "model",
        "self.to_hidden = nn.Linear(28 * 28, hidden)\n        self.to_scores = nn.Linear(hidden",
        "self.to_hidden = nn.Linear(28 * 28, 128)\n        self.to_scores = nn.Linear(128",
    ),
    "07-training-bug": lambda: changed(
        "training", "    model.eval()\n    total_loss, correct", "    total_loss, correct"
    ),
    "08-syntax-error": lambda: changed(
        "transforms", "-> Callable[[Image], Tensor]:", "-> Callable[[Image], Tensor]"
    ),
    "09-endless-loop": lambda: changed(
        "loaders", "\ndef build_loaders(", "\nwhile True:\n    pass\n\n\ndef build_loaders("
    ),
    "10-forged-score": forged,
    "11-partly-done": partly_done,
    "12-with-helper": with_helper,
}


def read(tree: str, name: str) -> str:
    return (ROOT / tree / ASSIGNMENT / name).read_text(encoding="utf-8")


def write(folder: Path) -> None:
    for student, files in SAMPLES.items():
        place = folder / student / ASSIGNMENT
        place.mkdir(parents=True)
        for name, text in files().items():
            (place / name).write_text(text, encoding="utf-8", newline="\n")


def same(left: Path, right: Path) -> bool:
    compared = dircmp(left, right, ignore=["__pycache__"])
    if compared.left_only or compared.right_only or compared.funny_files:
        return False
    pairs = (
        (left / name).read_bytes() == (right / name).read_bytes() for name in compared.common_files
    )
    return all(pairs) and all(same(left / name, right / name) for name in compared.common_dirs)


def main() -> None:
    with tempfile.TemporaryDirectory(dir=SUBMITTED.parent) as name:
        made = Path(name) / "submitted"
        write(made)
        if SUBMITTED.is_dir() and same(made, SUBMITTED):
            print("The sample class is up to date.")
        elif "--check" in sys.argv[1:]:
            raise SystemExit("The sample class is stale: run `python docs/sample-class/make.py`.")
        else:
            shutil.rmtree(SUBMITTED, ignore_errors=True)
            made.rename(SUBMITTED)
            print(f"Wrote {len(SAMPLES)} samples.")


if __name__ == "__main__":
    main()
