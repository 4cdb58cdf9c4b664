"""`train.py` in a released folder: what it writes, and what it says where something is wrong."""

from __future__ import annotations

import gzip
import importlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.image import imread
from torch.utils.data import DataLoader

from autograder.authoring.release import build, files_below, write_files
from autograder.course import load
from autograder.data import idx

MODULES = ("transforms", "loaders", "model", "training")
PICTURES = ("curves.png", "confusion.png", "mistakes.png")
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
QUICK = ("--epochs", "2", "--lr", "0.01", "--device", "cpu")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A folder with `release/mnist` and `solutions/mnist`, as `autograder release` writes them."""
    folder = tmp_path_factory.mktemp("course")
    ignored = shutil.ignore_patterns("__pycache__", "data", "runs")
    shutil.copytree(repository / "source", folder / "source", ignore=ignored)
    shutil.copy(repository / "tests" / "course" / "course.yaml", folder / "course.yaml")
    course = load(folder / "course.yaml")
    files = build(course, course.assignments["mnist"])
    for tree in ("release", "solutions"):
        write_files(files_below(files, f"{tree}/mnist"), folder / tree / "mnist")
    return folder


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four IDX files: 600 and 100 easy images, a bar whose height is the label."""
    folder = tmp_path_factory.mktemp("digits")
    random = np.random.default_rng(0)
    for pile, size in (("train", 600), ("t10k", 100)):
        labels = np.arange(size, dtype=np.uint8) % 10
        images = random.integers(0, 60, (size, 28, 28), dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[4 + 2 * label : 6 + 2 * label, 4:24] = 255
        idx.write(folder / f"{pile}-images-idx3-ubyte", images)
        idx.write(folder / f"{pile}-labels-idx1-ubyte", labels)
    return folder


@pytest.fixture
def stubs(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release in which nothing is completed; the working directory."""
    folder = tmp_path / "mnist"
    shutil.copytree(built / "release" / "mnist", folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MNIST_ROOT", raising=False)
    return folder


@pytest.fixture
def complete(stubs: Path, built: Path) -> Path:
    """A release completed with the reference scripts; the working directory."""
    for module in MODULES:
        shutil.copy(built / "solutions" / "mnist" / f"{module}.py", stubs)
    return stubs


@pytest.fixture
def programme(stubs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The released train.py as a module; what it imports beside it is forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(stubs)
    path = list(sys.path)
    try:
        yield importlib.import_module("train")
    finally:
        if "selfcheck.modules" in sys.modules:
            sys.modules["selfcheck.modules"].forget()
        sys.path[:] = path
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in ("train", "settings", "selfcheck", *MODULES):
                del sys.modules[name]


def write(folder: Path, module: str, *changes: tuple[str, str]) -> None:
    """Change the completed script of `module`."""
    path = folder / f"{module}.py"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def refused(programme: ModuleType, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that the programme says when it gives up with exit code 1."""
    assert programme.main([*QUICK, *arguments]) == 1
    said = capsys.readouterr().err.rpartition("\r")[2]  # what is left after the progress bars
    assert said.count("\n") == 1, said
    assert "Traceback" not in said
    return said


def test_trains_and_leaves_weights_and_pictures(complete: Path, digits: Path) -> None:
    for package in ("pytest", "nbformat", "jupytext", "IPython", "pydantic", "autograder"):
        (complete / f"{package}.py").write_text("raise ImportError('not in the requirements')")
    command = [sys.executable, "-W", "error", "train.py", *QUICK, "--data-root", str(digits)]
    environment = os.environ | {"PYTHONPATH": "", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "500 images to train on, 100 to validate, 100 to test; device: cpu" in done.stdout
    accuracies = re.search(r"validation accuracy ([\d.]+)%, test accuracy ([\d.]+)%", done.stdout)
    assert accuracies is not None, done.stdout
    assert min(map(float, accuracies.groups())) > 90
    assert re.search(r"trained for [\d.]+ s, [\d.]+ s an epoch", done.stdout)
    assert "training:" in done.stderr, "a progress bar"
    assert sorted(path.name for path in Path("runs").iterdir()) == sorted((*PICTURES, "weights.pt"))
    weights = torch.load("runs/weights.pt", weights_only=True)
    assert sum(each.numel() for each in weights.values()) == 101_770
    for name in PICTURES:
        picture = imread(f"runs/{name}")[..., :3]
        assert min(picture.shape[:2]) >= 500
        assert picture.std() > 0.02, f"{name} is blank"


@pytest.mark.parametrize("layout", ["plain", "gz", "torchvision", "torchvision gz"])
def test_finds_mnist_in_every_layout(
    programme: ModuleType, digits: Path, tmp_path: Path, layout: str
) -> None:
    folder = tmp_path / "root"
    place = folder / "MNIST" / "raw" if "torchvision" in layout else folder
    place.mkdir(parents=True)
    for name in FILES:
        data = (digits / name).read_bytes()
        if "gz" in layout:
            (place / f"{name}.gz").write_bytes(gzip.compress(data))
        else:
            (place / name).write_bytes(data)
    train_set, test_set = programme.load_digits(folder, lambda image: image, download=False)
    assert (len(train_set), len(test_set)) == (600, 100)
    image, label = train_set[13]
    assert (image.mode, image.size, label) == ("L", (28, 28), 3)
    assert torch.equal(torch.from_numpy(np.array(image)), train_set.images[13])


def test_takes_the_data_root_from_the_environment(
    complete: Path, programme: ModuleType, digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_ROOT", str(digits))
    assert programme.main(QUICK) == 0


def test_downloads_where_no_folder_is_named(
    complete: Path, programme: ModuleType, digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(root: str, *, download: bool) -> None:
        assert (root, download) == ("data", True)
        shutil.copytree(digits, Path(root, "MNIST", "raw"))

    monkeypatch.setattr(programme.datasets, "MNIST", download)
    assert programme.main(QUICK) == 0
    monkeypatch.setattr(programme.datasets, "MNIST", None)
    train_set, _ = programme.load_digits(Path("data"), None, download=True)
    assert len(train_set) == 600, "the second time it is there"


def test_hands_its_arguments_to_the_modules(
    complete: Path, programme: ModuleType, digits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spies = (
        ("transforms", "    return transforms.Compose", "    print('seen', mean, std)\n"),
        ("loaders", "    train_loader = ", "    print('seen', batch_size, eval_batch_size)\n"),
        ("training", "    model.to(device)", "    print('seen', epochs, lr, device)\n"),
    )
    for module, line, spy in spies:
        write(complete, module, (line, spy + line))
    wishes = "--mean 0.25 --std 2 --batch-size 50 --epochs 3 --lr 0.02 --device cpu --output out/a"
    assert programme.main([*wishes.split(), "--data-root", str(digits)]) == 0
    seen = [line for line in capsys.readouterr().out.splitlines() if line.startswith("seen")]
    assert seen == ["seen 0.25 2.0", "seen 50 1000", "seen 3 0.02 cpu"]
    assert Path("out/a/weights.pt").is_file()


def test_unasked_it_takes_the_course_s_settings(programme: ModuleType) -> None:
    chosen = programme.options([])
    assert (chosen.epochs, chosen.batch_size, chosen.lr) == (2, 64, 0.001)
    assert (chosen.mean, chosen.std) == (0.1307, 0.3081)
    assert (chosen.device, chosen.output, chosen.data_root) == ("auto", Path("runs"), None)


def test_notebooks_count_where_they_were_completed(
    stubs: Path, built: Path, programme: ModuleType, digits: Path
) -> None:
    for module in MODULES:
        shutil.copy(built / "solutions" / "mnist" / f"{module}.ipynb", stubs)
    assert programme.main([*QUICK, "--data-root", str(digits)]) == 0
    assert Path("runs/weights.pt").is_file()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("transforms", "build_transform"),
        ("loaders", "split_train_val"),
        ("model", "MLP"),
        ("training", "fit"),
    ],
)
def test_says_which_stub_is_still_empty(
    complete: Path,
    built: Path,
    programme: ModuleType,
    digits: Path,
    capsys: pytest.CaptureFixture[str],
    module: str,
    name: str,
) -> None:
    shutil.copy(built / "release" / "mnist" / f"{module}.py", complete)
    said = refused(programme, capsys, "--data-root", str(digits))
    assert said.startswith(f"Not yet: {module}: {name} is still to be written. Complete it")


def test_an_untouched_release_gets_one_line(
    stubs: Path, programme: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "transforms: build_transform" in refused(programme, capsys)


def test_what_pytorch_lacks_is_no_empty_stub(
    complete: Path, programme: ModuleType, digits: Path
) -> None:
    write(complete, "model", ("def forward(", "def forwards("))
    with pytest.raises(NotImplementedError, match="forward"):
        programme.main([*QUICK, "--data-root", str(digits)])


def test_a_mistake_of_the_student_keeps_its_traceback(
    complete: Path, programme: ModuleType, digits: Path
) -> None:
    write(complete, "model", ("nn.Linear(28 * 28, hidden)", "nn.Linear(28, hidden)"))
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        programme.main([*QUICK, "--data-root", str(digits)])


def test_says_which_file_is_missing(
    complete: Path, programme: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(programme, capsys, "--data-root", str(tmp_path / "nowhere"))
    assert f"No MNIST in {tmp_path / 'nowhere'}: train-images-idx3-ubyte is missing" in said
    assert "--data-root" in said


def test_says_so_in_one_line_where_the_download_fails(
    complete: Path,
    programme: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def download(root: str, *, download: bool) -> None:
        raise RuntimeError("Error downloading train-images:\nTried one mirror\nTried another")

    monkeypatch.setattr(programme.datasets, "MNIST", download)
    said = refused(programme, capsys)
    assert "could not be downloaded into data: Error downloading train-images. Try again" in said


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("train-images-idx3-ubyte", lambda data: data[:-1]),
        ("train-labels-idx1-ubyte", lambda data: b""),
        ("t10k-images-idx3-ubyte", lambda data: b"<!DOCTYPE html>\n" + b" " * 300),
        ("t10k-labels-idx1-ubyte.gz", lambda data: data),
        ("t10k-labels-idx1-ubyte.gz", lambda data: gzip.compress(data)[:-20]),
    ],
)
def test_says_which_file_is_damaged(
    complete: Path,
    programme: ModuleType,
    digits: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    damage: Callable[[bytes], bytes],
) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(digits, folder)
    whole = folder / name.removesuffix(".gz")
    data = whole.read_bytes()
    whole.unlink()
    (folder / name).write_bytes(damage(data))
    said = refused(programme, capsys, "--data-root", str(folder))
    assert said.startswith(f"{folder / name} is damaged")


@pytest.mark.parametrize("wish", ["warp", "cuda:99"])
def test_says_that_there_is_no_such_device(
    complete: Path, programme: ModuleType, capsys: pytest.CaptureFixture[str], wish: str
) -> None:
    said = refused(programme, capsys, "--device", wish)
    assert said == f"This machine can't compute on {wish!r}. Try --device auto.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--epochs", "0"], "argument --epochs: expected a number above 0, found 0"),
        (["--batch-size", "-1"], "argument --batch-size: expected a number above 0, found -1"),
        (["--epochs", "two"], "argument --epochs: invalid whole_number value: 'two'"),
        (["--lr", "nan"], "argument --lr: expected a number above 0, found nan"),
        (["--std", "0"], "argument --std: expected a number above 0, found 0.0"),
    ],
)
def test_refuses_numbers_that_make_no_sense(
    programme: ModuleType, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        programme.main(arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("None", "It returned NoneType."),
        ("history['train_loss']", "It returned list."),
        ("{'train_loss': [1.0, 0.5]}", "'val_loss' is None."),
        ("{**history, 'val_accuracy': [0.5]}", "'val_accuracy' is [0.5]."),
    ],
)
def test_says_what_fit_should_return(
    complete: Path,
    programme: ModuleType,
    digits: Path,
    capsys: pytest.CaptureFixture[str],
    returned: str,
    said: str,
) -> None:
    write(complete, "training", ("return history", f"return {returned}"))
    line = refused(programme, capsys, "--data-root", str(digits))
    assert line.startswith("fit has to return a dict of lists, 2 numbers each: train_loss, val_")
    assert line.endswith(f" {said}\n")


def test_notices_a_test_loader_that_loses_the_order(
    complete: Path, programme: ModuleType, digits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ordered = "DataLoader(test_set, batch_size=eval_batch_size"
    write(complete, "loaders", (ordered, f"{ordered}, shuffle=True"))
    said = refused(programme, capsys, "--data-root", str(digits))
    assert said.startswith("build_loaders: the test loader has to keep every image and the order")


def test_stops_quietly_at_control_c(
    programme: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(chosen: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(programme, "run", interrupted)
    assert programme.main([]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_loader_with_a_progress_bar_is_still_the_loader(programme: ModuleType) -> None:
    loader = DataLoader(list(range(10)), batch_size=4)
    shown = io.StringIO()
    watched = programme.WithProgress(loader, "reading", file=shown)
    assert len(watched) == 3
    assert watched.dataset is loader.dataset
    assert watched.batch_size == 4
    for _ in range(2):
        assert [batch.tolist() for batch in watched] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert shown.getvalue().count("reading:   0%") == 2


@pytest.mark.parametrize("wrong", [0, 1, 100])
def test_draws_any_number_of_mistakes(programme: ModuleType, tmp_path: Path, wrong: int) -> None:
    truth = torch.arange(100) % 10
    answers = truth.clone()
    answers[:wrong] = (answers[:wrong] + 1) % 10
    probabilities = torch.nn.functional.one_hot(answers, 10).float()
    images = torch.randint(0, 256, (100, 28, 28), dtype=torch.uint8)
    programme.draw_mistakes(images, truth, probabilities, tmp_path / "mistakes.png")
    programme.draw_confusion(truth, answers, tmp_path / "confusion.png")
    for name in ("mistakes.png", "confusion.png"):
        assert imread(tmp_path / name)[..., :3].std() > 0.02


def test_draws_the_curves_of_a_single_epoch(programme: ModuleType, tmp_path: Path) -> None:
    history = {"train_loss": [0.5], "val_loss": [0.4], "val_accuracy": [0.9]}
    programme.draw_curves(history, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 1000


@pytest.mark.mnist
@pytest.mark.slow
def test_reads_digits(
    mnist_root: Path, complete: Path, programme: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert programme.main(["--data-root", str(mnist_root), "--device", "cpu"]) == 0
    said = capsys.readouterr().out
    accuracy = re.search(r"test accuracy ([\d.]+)%", said)
    assert accuracy is not None, said
    assert float(accuracy.group(1)) >= 94


@pytest.mark.gpu
def test_trains_on_a_gpu(
    complete: Path, programme: ModuleType, digits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wishes = ["--epochs", "2", "--lr", "0.01", "--data-root", str(digits)]
    assert programme.main([*wishes, "--device", "cuda"]) == 0
    assert "device: cuda" in capsys.readouterr().out
    weights = torch.load("runs/weights.pt", weights_only=True)
    assert {each.device.type for each in weights.values()} == {"cpu"}
