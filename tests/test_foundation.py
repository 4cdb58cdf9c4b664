"""What a bare clone promises: the set-up, the pins, the command, and nothing of one machine."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import platformdirs
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import autograder

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")


@pytest.fixture(scope="module")
def requirements(repository: Path) -> list[Requirement]:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    return [
        Requirement(text)
        for text in project["dependencies"] + project["optional-dependencies"]["dev"]
    ]


@pytest.fixture(scope="module")
def pins(repository: Path) -> dict[str, Requirement]:
    lines = (repository / "constraints.txt").read_text().splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in found}


class TestPins:
    def test_every_pin_is_one_exact_version_without_an_address(
        self, pins: dict[str, Requirement]
    ) -> None:
        for pin in pins.values():
            assert pin.url is None
            assert [clause.operator for clause in pin.specifier] == ["=="]

    def test_every_dependency_is_pinned_within_its_range(
        self, requirements: list[Requirement], pins: dict[str, Requirement]
    ) -> None:
        for requirement in requirements:
            if requirement.marker is None or requirement.marker.evaluate({"sys_platform": "linux"}):
                (version,) = pins[canonicalize_name(requirement.name)].specifier
                assert requirement.specifier.contains(version.version), requirement

    def test_torch_brings_its_own_cuda(self, pins: dict[str, Requirement]) -> None:
        assert not [name for name in pins if name.startswith(("nvidia", "cuda", "triton"))]
        assert str(pins["torch"].specifier) == "==2.14.1"
        assert str(pins["torchvision"].specifier) == "==0.29.1"


class TestMake:
    @pytest.fixture
    def clone(self, repository: Path, tmp_path: Path) -> Path:
        """A bare clone whose set-up is done, as far as make can tell."""
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy2(repository / name, tmp_path)
        (tmp_path / ".venv").mkdir()
        (tmp_path / ".venv" / ".ready").touch()
        return tmp_path

    def make(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("MAKE")
        }
        return subprocess.run(
            ["make", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @needs_make
    def test_says_what_it_can_do(self, clone: Path) -> None:
        said = self.make(clone).stdout
        assert re.findall(r"^make (\w+)", said, re.MULTILINE) == [
            "demo", "test", "lint", "bench",
        ]  # fmt: skip

    @needs_make
    def test_sets_up_once(self, clone: Path) -> None:
        assert self.make(clone, "--question", "setup").returncode == 0

    @needs_make
    @pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
    def test_sets_up_again_when_a_version_changes(self, clone: Path, name: str) -> None:
        ready = (clone / ".venv" / ".ready").stat().st_mtime
        os.utime(clone / name, (ready + 10, ready + 10))
        assert self.make(clone, "--question", "setup").returncode == 1

    @needs_make
    def test_refuses_an_old_python_in_words(self, clone: Path) -> None:
        (clone / ".venv" / ".ready").unlink()
        old = clone / "python3.9"
        old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" || exit 1\n')
        old.chmod(0o755)
        done = self.make(clone, "demo", "PYTHON=./python3.9")
        assert done.returncode != 0
        assert done.stdout == (
            "Python 3.11 or newer is needed, and './python3.9' is Python 3.9.2.\n"
            "Name another one: make PYTHON=python3.12\n"
        )

    @needs_make
    def test_says_when_there_is_no_python(self, clone: Path) -> None:
        (clone / ".venv" / ".ready").unlink()
        done = self.make(clone, "test", "PYTHON=no-such-python")
        assert done.returncode != 0
        assert "Python 3.11 or newer is needed, and 'no-such-python'" in done.stdout

    @needs_make
    def test_the_test_target_runs_lint_types_freshness_and_tests(self, repository: Path) -> None:
        done = self.make(repository, "--dry-run", "--always-make", "test")
        steps = ["ruff check", "ruff format --check", "mypy", "release --check", "pytest -n"]
        places = [done.stdout.find(step) for step in steps]
        assert -1 not in places
        assert places == sorted(places)


class TestCi:
    @pytest.fixture
    def checkout(self, repository: Path, tmp_path: Path) -> Path:
        """A checkout whose make only tells what MNIST_ROOT it was given."""
        checkout = tmp_path / "checkout"
        (checkout / ".ci").mkdir(parents=True)
        shutil.copy2(repository / ".ci" / "run", checkout / ".ci")
        (checkout / "Makefile").write_text('test:\n\t@echo "root=$$MNIST_ROOT"\n')
        return checkout

    def run(self, checkout: Path, **environment: str) -> str:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name != "MNIST_ROOT" and not name.startswith("MAKE")
        }
        return subprocess.run(
            ["bash", str(checkout / ".ci" / "run")],
            cwd="/",
            env={**inherited, **environment},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    @needs_make
    def test_uses_the_images_beside_the_checkout(self, checkout: Path) -> None:
        assert self.run(checkout) == "root=\n"
        images = checkout.parent / "shared" / "mnist"
        images.mkdir(parents=True)
        assert self.run(checkout) == f"root={images}\n"
        assert self.run(checkout, MNIST_ROOT="/elsewhere") == "root=/elsewhere\n"

    def test_can_be_run(self, repository: Path) -> None:
        assert os.access(repository / ".ci" / "run", os.X_OK)


class TestThePackage:
    def test_has_one_version(self) -> None:
        assert re.fullmatch(r"\d+\.\d+\.\d+", autograder.__version__)

    def test_runs_as_a_module(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "autograder", "--help"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "autograder" in done.stdout


@pytest.fixture(scope="module")
def committed(repository: Path) -> dict[str, bytes]:
    """Every file that is or would be committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=repository, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this is no git checkout")
    paths = [repository / name for name in done.stdout.decode().split("\0") if name]
    return {
        path.relative_to(repository).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file()
    }


@needs_git
class TestWhatIsCommitted:
    def test_has_unix_line_ends(self, committed: dict[str, bytes]) -> None:
        binary = (".png", ".gz", ".zip")
        assert [
            name
            for name, data in committed.items()
            if not name.endswith(binary) and b"\r\n" in data
        ] == []

    def test_holds_no_key_weights_or_images(self, committed: dict[str, bytes]) -> None:
        unwanted = (".key", ".pt", ".pth", ".safetensors", "ubyte", "ubyte.gz")
        assert [name for name in committed if name.endswith(unwanted)] == []


class TestTheTestsThemselves:
    def test_stay_away_from_the_users_folders(
        self, user_home: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        assert Path.home() == user_home
        assert platformdirs.user_config_path("autograder").is_relative_to(user_home)
        of_this_run = tmp_path_factory.getbasetemp().parent
        assert platformdirs.user_cache_path("autograder").is_relative_to(of_this_run)
        assert "AUTOGRADER_KEY" not in os.environ

    def test_reach_no_other_machine(self) -> None:
        with pytest.raises(OSError, match=r"tests have no network: example\.org"):
            socket.create_connection(("example.org", 80), timeout=1)
        assert socket.getaddrinfo("localhost", 80)
