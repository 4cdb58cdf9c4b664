"""Trials say what they found, or why they couldn't even start; none holds the others up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from autograder.authoring.trial import (
    Trial,
    notebook_run,
    perform,
    run_notebook,
    self_check,
    self_check_run,
)


def written(folder: Path, *sources: str) -> dict[str, object]:
    """A notebook `a.ipynb` in the folder, a code cell for each source."""
    cells = [
        {"cell_type": "code", "id": f"c{n}", "source": source, "outputs": [], "metadata": {}}
        | {"execution_count": None}
        for n, source in enumerate(sources, start=1)
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "a.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return notebook


def test_checks_that_can_not_be_collected_are_errors(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "test_x.py").write_text("import nowhere\n", encoding="utf-8")
    done = self_check(folder)
    assert not done.ends
    assert "No module named 'nowhere'" in done.errors[0]


def test_a_folder_without_checks_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    [error] = self_check(folder).errors
    assert error.startswith("pytest found no checks: ")


def test_a_broken_configuration_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "conftest.py").write_text("import nowhere\n", encoding="utf-8")
    [error] = self_check(folder).errors
    assert "nowhere" in error


def test_a_file_that_is_no_notebook_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text("{}", encoding="utf-8")
    [error] = run_notebook(path, None).errors
    assert error.startswith("the notebook did not run: ")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.ipynb"]


def test_a_notebook_gives_its_words_values_and_errors(tmp_path: Path) -> None:
    notebook = written(
        tmp_path,
        "import os",
        "print(os.environ['MNIST_ROOT'])",
        "1 / 0",
        "os.getcwd()",
        "import beside; beside.NAME",
    )
    (tmp_path / "beside.py").write_text("NAME = 'found'\n", encoding="utf-8")
    done = run_notebook(tmp_path / "a.ipynb", Path("somewhere"))
    assert done.errors == ("cell 3: ZeroDivisionError: division by zero",)
    assert "somewhere" in done.output
    assert done.values == {"c4": repr(str(tmp_path)), "c5": "'found'"}
    assert json.loads((tmp_path / "a.ipynb").read_text(encoding="utf-8")) == notebook
    assert {entry.name for entry in tmp_path.iterdir()} == {"a.ipynb", "beside.py"}


def test_a_notebook_whose_kernel_dies_says_so(tmp_path: Path) -> None:
    written(tmp_path, "import os; os._exit(1)")
    [error] = run_notebook(tmp_path / "a.ipynb", None).errors
    assert error.startswith("the notebook did not run: ")
    assert "DeadKernelError" in error


def test_each_trial_has_its_own_end_and_a_clean_interpreter(tmp_path: Path) -> None:
    """Modules of one folder are not those of the next, whatever was imported before the fork."""
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "mine.py").write_text(f"NAME = {name!r}\n", encoding="utf-8")
        written(folder, "import mine, sys", "mine.NAME", "'autograder' in sys.modules")
    left = perform([Trial(tmp_path / name, "a.ipynb") for name in ("one", "two")])
    assert [notebook_run(traces).values for traces in left] == [
        {"c2": "'one'", "c3": "False"},
        {"c2": "'two'", "c3": "False"},
    ]


def test_a_trial_that_takes_too_long_is_ended_alone(tmp_path: Path) -> None:
    (tmp_path / "test_endless.py").write_text(
        "import time\ndef test_it():\n    print('waiting', flush=True)\n    time.sleep(600)\n",
        encoding="utf-8",
    )
    written(tmp_path, "6 * 7")
    endless, notebook = perform([Trial(tmp_path), Trial(tmp_path, "a.ipynb")], seconds=12.0)
    [error] = self_check_run(endless).errors
    assert error.startswith("pytest stopped: ")
    assert error.endswith("It ran for 12 seconds and was ended.")
    assert notebook_run(notebook).values == {"c1": "42"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends them at once")
def test_nothing_runs_on_when_the_release_is_killed(tmp_path: Path) -> None:
    """Neither the host of the trials nor a kernel that never ends."""
    written(
        tmp_path, "import os, time", "open('pid', 'w').write(str(os.getpid()))", "time.sleep(99)"
    )
    script = (
        "import sys; from pathlib import Path; from autograder.authoring.trial import run_notebook;"
        "run_notebook(Path(sys.argv[1]), None)"
    )
    release = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "a.ipynb")])
    deadline = time.monotonic() + 60.0
    while not (tmp_path / "pid").is_file() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    kernel = psutil.Process(int((tmp_path / "pid").read_text()))
    host = next(one for one in kernel.parents() if one.ppid() == release.pid)
    os.kill(release.pid, signal.SIGKILL)
    release.wait()
    _, alive = psutil.wait_procs([host, kernel], timeout=20.0)
    assert not alive
