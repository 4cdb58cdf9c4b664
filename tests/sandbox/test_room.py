"""What a worker sees from inside its room: the submission, Python, and nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import room as rooms
from autograder.sandbox.launch import SandboxBroken, Worker

from .conftest import Asked, Start, job, needs_bubblewrap


@needs_bubblewrap
class TestInside:
    def test_the_environment_is_the_rooms_own(self, room: Asked) -> None:
        found = room.run("import os; result = dict(os.environ)")
        found.pop("PWD", None)
        assert found == rooms.environment("/student")

    def test_only_the_submission_and_python_are_there(
        self, room: Asked, repository: Path, user_home: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "other_student.py").write_text("x = 1")
        outside = [
            repository / "course.yaml", repository / "source", repository / "tests",
            repository / "autograder", repository / ".git", user_home, tmp_path,
            *map(Path, ("/home", "/etc/passwd", "/etc/hostname", "/var", "/run", "/mnt", "/opt")),
            Path(rooms.__file__),
        ]  # fmt: skip
        outside = [p for p in outside if not p.is_relative_to(sys.prefix) and p.exists()]
        assert len(outside) >= 5
        code = "import os; result = [p for p in paths if os.path.exists(p)]"
        assert room.run(code, paths=list(map(str, outside))) == []

    def test_the_folders_of_python_hold_nothing_else(self, room: Asked, repository: Path) -> None:
        code = "import os; result = os.listdir(path) if os.path.exists(path) else []"
        assert set(room.run(code, path=str(repository))) <= {Path(sys.prefix).name}
        assert set(room.run(code, path="/")) >= {"student", "kit", "usr"}

    def test_of_the_kit_only_the_workers_side_is_there(self, room: Asked) -> None:
        code = """
        import os
        result = [f"{base[5:]}/{name}" for base, _, names in os.walk("/kit") for name in names]
        """
        found = set(room.run(code))
        assert found == {f"autograder/{name}" for name in rooms.kit_files()}
        assert not [name for name in found if "launch" in name or "grading" in name]

    def test_there_is_no_network(self, room: Asked) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            code = """
            import socket
            result = [name for _, name in socket.if_nameindex()]
            for address in (("127.0.0.1", port), ("192.0.2.1", 80)):
                try:
                    socket.create_connection(address, timeout=2)
                    result.append(address)
                except OSError:
                    pass
            """
            assert room.run(code, port=server.getsockname()[1]) == ["lo"]

    def test_nothing_but_its_own_folders_can_be_written(self, room: Asked) -> None:
        code = """
        import os, sys
        result = {}
        for folder in ("/", "/usr", "/kit", "/kit/autograder", "/dev", "/etc", "/proc", sys.prefix,
                       os.path.dirname(os.__file__), "/student", "/tmp", "/dev/shm", "/dev/null"):
            path = folder if folder == "/dev/null" else os.path.join(folder, "planted")
            try:
                with open(path, "w") as file:
                    file.write("x")
                result[folder] = True
            except OSError:
                result[folder] = False
        """
        found = room.run(code)
        writable = {"/student", "/tmp", "/dev/shm", "/dev/null"}
        assert {folder for folder, written in found.items() if written} == writable
        assert len(found) == 13

    def test_files_have_a_limit_and_so_has_their_sum(self, room: Asked) -> None:
        code = """
        import os
        result = []
        for folder in ("/student", "/tmp", "/dev/shm"):
            for number in range(8):
                path = os.path.join(folder, f"large-{number}")
                try:
                    with open(path, "wb", buffering=0) as file:
                        for _ in range(16):
                            file.write(bytes(1 << 20))
                    result.append("written")
                except OSError as error:
                    result.append(error.strerror)
        for folder in ("/student", "/tmp", "/dev/shm"):
            for name in os.listdir(folder):
                if name.startswith("large"):
                    os.unlink(os.path.join(folder, name))
        """
        found = room.run(code)
        assert set(found) <= {"File too large", "No space left on device"}
        assert "No space left on device" in found[2:8]

    def test_it_sees_no_other_process_and_has_no_rights(self, room: Asked) -> None:
        code = """
        import os
        status = dict(line.split(":\\t", 1) for line in open("/proc/self/status"))
        try:
            os.kill(pid, 0)
            killed = True
        except OSError:
            killed = False
        result = {"pids": len([p for p in os.listdir("/proc") if p.isdigit()]), "killed": killed,
                  "ids": [os.getuid(), os.getgid()], "host": os.uname().nodename,
                  **{name: status[name].strip() for name in ("CapEff", "CapPrm", "NoNewPrivs")}}
        """
        found = room.run(code, pid=os.getpid())
        assert found.pop("pids") <= 3
        assert found == {
            "killed": False, "ids": [1000, 1000], "host": "sandbox",
            "CapEff": "0" * 16, "CapPrm": "0" * 16, "NoNewPrivs": "1",
        }  # fmt: skip

    def test_only_the_probes_of_its_part_are_there(self, room: Asked) -> None:
        code = """
        import probes, os, sys
        result = [sorted(name for name in vars(probes) if not name.startswith("__")),
                  sorted(os.listdir("/student"))]
        """
        functions, files = room.run(code)
        assert functions == ["echo", "run"]
        assert {"loaders.py", "helper.py", "data"} <= set(files)
        assert not [name for name in files if "probes" in name or "check" in name]

    def test_loader_workers_work(self, room: Asked) -> None:
        code = """
        import torch
        from torch.utils.data import DataLoader, TensorDataset
        data = TensorDataset(torch.arange(40_000).reshape(-1, 1000))
        loader = DataLoader(data, batch_size=10, num_workers=2)
        result = torch.cat([batch for (batch,) in loader]).sum()
        """
        assert room.run(code).item() == sum(range(40_000))

    def test_matplotlib_works(self, room: Asked) -> None:
        code = """
        import matplotlib.pyplot as plt
        plt.plot([1, 2]); plt.savefig("/tmp/figure.png"); plt.show()
        import os; result = os.path.getsize("/tmp/figure.png") > 0
        """
        assert room.run(code) is True


@needs_bubblewrap
def test_planted_files_replace_nothing(start: Start) -> None:
    planted = "raise RuntimeError('planted')\n"
    names = [
        "json.py", "random.py", "traceback.py", "torch/__init__.py", "numpy/__init__.py",
        "safetensors/torch.py", "safetensors/__init__.py", "autograder/__init__.py", "probes.py",
        "selfcheck/__init__.py", "sitecustomize.py", "usercustomize.py", "conftest.py", "os.py",
        "colorsys.py", "settings.py",
    ]  # fmt: skip
    loaders = """
    import json, random, torch, numpy, colorsys, probes, selfcheck, os
    from selfcheck import check
    POINTS = check("loaders")
    def f(): return [m.__name__ for m in (json, random, torch, numpy, colorsys)]
    """
    asked = start(files={"loaders.py": loaders, **dict.fromkeys(names, planted)})
    asked.worker.load(30)
    assert asked.run("result = student.loaders.f()") == [
        "json", "random", "torch", "numpy", "colorsys",
    ]  # fmt: skip
    assert asked.run("result = student.loaders.POINTS") == 0.0


class TestChoice:
    @pytest.fixture(autouse=True)
    def fresh(self) -> None:
        rooms.bubblewrap_problem.cache_clear()

    def test_none_is_what_was_asked_for(self) -> None:
        assert rooms.choose_backend("none") == "none"

    @needs_bubblewrap
    @pytest.mark.parametrize("wanted", ["auto", "bubblewrap"])
    def test_bubblewrap_where_it_works(self, wanted: str) -> None:
        assert rooms.choose_backend(wanted) == "bubblewrap"

    def test_without_bwrap(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rooms, "find_bubblewrap", lambda: None)
        with pytest.raises(rooms.NoSandbox) as caught:
            rooms.choose_backend("auto")
        assert str(caught.value) == (
            "--sandbox auto: expected a sandbox that works, found that bwrap was not found; "
            "install the system's package `bubblewrap`. `--sandbox none` grades without any "
            "protection: only for code that you trust"
        )
        rooms.bubblewrap_problem.cache_clear()

    def test_where_bwrap_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
            return subprocess.CompletedProcess([], 1, "", "bwrap: setting up uid map: denied\n")

        monkeypatch.setattr(subprocess, "run", fail)
        problem = rooms.bubblewrap_problem()
        rooms.bubblewrap_problem.cache_clear()
        assert problem is not None
        assert problem.startswith("bwrap does not work here (bwrap: setting up uid map: denied);")
        assert "apparmor_restrict_unprivileged_userns" in problem

    def test_the_systems_bwrap_comes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
        assert rooms.find_bubblewrap() == "/usr/bin/bwrap"
        monkeypatch.setattr("shutil.which", lambda name: None)
        found = rooms.find_bubblewrap()
        assert found is None or Path(found).is_file()


class TestBroken:
    """What keeps a worker from starting is never the student's fault."""

    @pytest.mark.parametrize(
        ("backend", "changes", "words"),
        [
            ("none", {"probes": "def run(:"}, "SyntaxError"),
            ("none", {"files": {"../planted.py": "x"}}, "'../planted.py' lies outside"),
        ],
    )
    def test_the_worker_says_why(self, backend: str, changes: dict, words: str) -> None:  # type: ignore[type-arg]
        with Worker(job(backend, **changes)) as worker, pytest.raises(SandboxBroken) as caught:
            worker.load(30)
        assert str(caught.value).startswith("the worker did not start (Closed); it said: Traceback")
        assert words in str(caught.value)

    def test_bwrap_is_gone(self, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
        monkeypatch.setattr(rooms, "find_bubblewrap", lambda: "/nowhere/bwrap")
        with Worker(job("bubblewrap")) as worker, pytest.raises(SandboxBroken) as caught:
            worker.load(30)
        assert str(caught.value).startswith("/nowhere/bwrap could not be started: ")
        assert list(scratch.iterdir()) == []

    def test_there_is_no_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.tempdir", "/nowhere")
        with Worker(job("none")) as worker, pytest.raises(SandboxBroken, match="no room"):
            worker.load(30)
