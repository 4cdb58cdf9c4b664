"""What a contained worker sees and may do: the submission, Python, and nothing else."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
from pathlib import Path

import psutil
import pytest

from autograder.sandbox import landlock, processes, users
from autograder.sandbox import room as rooms

from .conftest import IS_ROOT, LIMITS, Asked, Start, needs_bubblewrap, needs_uid

# Opened is what can be read or listed; the rest may exist or not.
OPEN = """
import os
result = []
for path in paths:
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, "rb").close()
        result.append(path)
    except OSError:
        pass
"""
STATUS = """
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
result = {name: status[name].strip() for name in names}
"""


def folder_of(asked: Asked) -> str:
    folder = asked.run("import os; result = os.getcwd()")
    assert isinstance(folder, str)
    return folder


def pid_of(asked: Asked) -> int:
    """The worker's process, as it is known outside."""
    assert asked.run("result = 1") == 1
    process = asked.worker._process
    assert process is not None
    if asked.worker.job.backend == "uid":
        return process.pid
    if process.pid != process.top:
        return process.pid
    # bwrap, the first process of its namespaces, and the worker
    return processes.tree(process.pid)[2].pid


class TestSees:
    def test_an_environment_of_its_own(self, inside: Asked) -> None:
        found = inside.run("import os; result = dict(os.environ)")
        found.pop("PWD", None)
        folder = folder_of(inside)
        scratch = "/tmp" if folder == "/student" else folder
        assert found == rooms.environment(folder, scratch)

    def test_only_the_submission_and_python(
        self, inside: Asked, repository: Path, user_home: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "other_student.py").write_text("x = 1")
        places = ["/home", "/etc/passwd", "/etc/shadow", "/etc/hostname", "/var", "/run", "/mnt"]
        outside = [
            *(repository / name for name in ("course.yaml", "source", "tests", "autograder")),
            *(repository / "solutions", repository / ".git", user_home, tmp_path),
            *(tmp_path / "other_student.py", Path(rooms.__file__), *map(Path, places)),
        ]
        # What Python lies in is there, with nothing else in it.
        pythons = map(Path, rooms.python_folders())
        on_the_way = {parent for folder in pythons for parent in folder.parents}
        outside = [p for p in outside if not p.is_relative_to(sys.prefix) and p.exists()]
        outside = [p for p in outside if p not in on_the_way]
        assert len(outside) >= 8
        assert inside.run(OPEN, paths=list(map(str, outside))) == []

    def test_nothing_of_another_submission(self, inside: Asked, start: Start) -> None:
        other = start(inside.worker.job.backend)
        path = folder_of(other) + "/secret.txt"
        other.run("open('secret.txt', 'w').write('x')")
        own = inside.run("import os; open('mine.txt', 'w').close(); result = os.listdir('.')")
        assert "mine.txt" in own
        assert "secret.txt" not in own
        if folder_of(other) != folder_of(inside):
            assert inside.run(OPEN, paths=[path, str(Path(path).parent)]) == []

    def test_of_the_kit_only_the_workers_side(self, inside: Asked) -> None:
        code = """
        import os
        from autograder.sandbox import wire
        kit = wire.__file__.partition("/autograder/sandbox/wire.py")[0]
        result = [f"{base[len(kit) + 1:]}/{name}" for base, folders, names in os.walk(kit)
                  if not base.endswith("__pycache__") for name in names]
        """
        found = set(inside.run(code))
        assert found == {f"autograder/{name}" for name in rooms.kit_files()}
        assert not [name for name in found if "launch" in name or "grading" in name]

    def test_only_the_probes_of_its_part(self, inside: Asked) -> None:
        code = """
        import probes, os
        result = [sorted(name for name in vars(probes) if not name.startswith("__")),
                  sorted(os.listdir("."))]
        """
        functions, files = inside.run(code)
        assert functions == ["echo", "run"]
        assert {"loaders.py", "helper.py", "data"} <= set(files)
        assert not [name for name in files if "probes" in name or "check" in name]

    def test_no_descriptor_but_its_own(self, inside: Asked) -> None:
        code = """
        import os
        result = []
        for name in os.listdir("/proc/self/fd"):
            try:
                result.append(os.readlink(f"/proc/self/fd/{name}").partition(":")[0])
            except OSError:
                pass
        """
        null, *output, pipe, other = sorted(inside.run(code), key=lambda one: one == "pipe")
        assert (null, pipe, other) == ("/dev/null", "pipe", "pipe")
        assert [one.endswith(" (deleted)") for one in output] == [True, True]

    def test_nothing_of_the_graders_process(self, inside: Asked) -> None:
        names = ("environ", "maps", "mem", "fd", "cwd", "root", "map_files", "auxv", "syscall")
        paths = [f"/proc/{os.getpid()}/{name}" for name in names]
        assert inside.run(OPEN, paths=paths) == []
        assert sorted(inside.run(OPEN, paths=["/proc/self/maps", "/proc/self/fd"])) == [
            "/proc/self/fd", "/proc/self/maps",
        ]  # fmt: skip

    def test_no_devices_of_the_machine(self, inside: Asked) -> None:
        listed = ["/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda", "/dev/tty", "/proc/kmsg"]
        assert inside.run(OPEN, paths=[*listed, "/sys/kernel", "/sys/fs/cgroup"]) == []


class TestMay:
    def test_only_what_a_user_without_rights_may(self, inside: Asked) -> None:
        names = ["CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp", "Groups"]
        none = "0" * 16
        found = inside.run(STATUS, names=names)
        # Only root can leave its groups. Those of an ordinary user have other numbers inside.
        assert set(found.pop("Groups").split()) <= (set() if IS_ROOT else {"1000", "65534"})
        assert found == {
            "CapPrm": none, "CapEff": none, "CapAmb": none, "NoNewPrivs": "1", "Seccomp": "2",
        }  # fmt: skip

    def test_write_nothing_but_in_its_own_folders(self, inside: Asked) -> None:
        code = """
        import os, sys
        from autograder.sandbox import wire
        own = os.getcwd()
        places = {
            "/": "/", "usr": "/usr", "dev": "/dev", "etc": "/etc", "proc": "/proc", "run": "/run",
            "var": "/var/tmp", "kit": os.path.dirname(wire.__file__), "prefix": sys.prefix,
            "python": os.path.dirname(os.__file__), "packages": os.path.dirname(package),
            "above": os.path.dirname(own), "own": own, "scratch": os.environ["TMPDIR"],
            "memory": "/dev/shm",
        }
        result = []
        for name, folder in places.items():
            try:
                with open(os.path.join(folder, f"planted-by-{os.getuid()}"), "w") as file:
                    file.write("x")
                result.append(name)
            except OSError:
                pass
        for path in (os.__file__, wire.__file__, "/proc/sys/kernel/core_pattern", "/proc/1/mem",
                     "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches", "/proc/self/oom_score_adj"):
            try:
                os.close(os.open(path, os.O_WRONLY))
                result.append(path)
            except OSError:
                pass
        with open("/dev/null", "w") as file:
            file.write("x")
        """
        assert sorted(inside.run(code, package=psutil.__file__)) == ["memory", "own", "scratch"]

    def test_reach_no_network(self, inside: Asked) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            code = """
            import socket
            result = []
            for address in (("127.0.0.1", port), ("192.0.2.1", 80)):
                try:
                    socket.create_connection(address, timeout=2)
                    result.append(address)
                except OSError:
                    pass
            try:
                socket.getaddrinfo("localhost", port)
            except OSError:
                pass
            """
            assert inside.run(code, port=server.getsockname()[1]) == []
            server.setblocking(False)
            with pytest.raises(BlockingIOError):
                server.accept()

    def test_make_only_sockets_that_stay_within(self, inside: Asked) -> None:
        code = """
        import socket
        result = []
        kinds = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET
        for family in range(46):
            for kind in kinds:
                try:
                    socket.socket(family, kind).close()
                    result.append(family)
                except OSError:
                    pass
        """
        within = {1} if inside.worker.job.backend == "uid" else {1, 2, 10, 16}
        assert {1} <= set(inside.run(code)) <= within

    def test_talk_to_nobody_outside_by_a_nameless_socket(self, inside: Asked) -> None:
        if inside.worker.job.backend == "uid" and landlock.version() < 6:
            pytest.skip("this kernel's Landlock doesn't keep nameless sockets in")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"\0grader-{os.getpid()}")
            server.listen()
            code = """
            import socket
            try:
                socket.socket(socket.AF_UNIX).connect("\\0" + name)
                result = "connected"
            except OSError:
                result = "refused"
            """
            assert inside.run(code, name=f"grader-{os.getpid()}") == "refused"

    def test_signal_nobody_but_its_own(self, inside: Asked, start: Start) -> None:
        other = start(inside.worker.job.backend)
        # In namespaces, 1 is their own first process.
        everybody = [1] if inside.worker.job.backend == "uid" else []
        pids = [os.getpid(), os.getppid(), pid_of(other), *everybody]
        code = """
        import os, resource, signal
        result = []
        for pid in pids:
            for name, act in {
                "kill": lambda: os.kill(pid, signal.SIGKILL),
                "stop": lambda: os.kill(pid, signal.SIGSTOP),
                "group": lambda: os.killpg(pid if pid > 1 else parent, 0),
                "priority": lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
                "limits": lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (9, 9)),
                "processor": lambda: os.sched_setaffinity(pid, {0}),
            }.items():
                try:
                    act()
                    result.append([pid, name])
                except OSError:
                    pass
        """
        assert inside.run(code, pids=pids, parent=os.getppid()) == []
        assert inside.run("result = 1") == 1
        assert other.run("result = 2") == 2

    def test_gain_no_rights_by_a_program_of_roots(self, inside: Asked) -> None:
        code = """
        import os, stat, subprocess
        result = []
        for name in os.listdir("/usr/bin"):
            path = f"/usr/bin/{name}"
            found = os.stat(path) if os.path.exists(path) else None
            if found and found.st_mode & stat.S_ISUID and name in ("su", "mount", "newgrp"):
                result.append(name)
                ran = subprocess.run([path, *arguments[name]], stdin=subprocess.DEVNULL,
                                     capture_output=True)
                assert ran.returncode != 0, name
        """
        arguments = {"su": ["-c", "id"], "mount": ["-t", "tmpfs", "x", "/tmp"], "newgrp": ["root"]}
        assert inside.run(code, arguments=arguments) != []

    def test_raise_no_limit_again(self, inside: Asked) -> None:
        code = """
        import resource
        result = {}
        for name in names:
            kind = getattr(resource, name)
            soft, hard = resource.getrlimit(kind)
            try:
                resource.setrlimit(kind, (hard + 1, hard + 1))
                result[name] = "raised"
            except (OSError, ValueError):
                result[name] = [soft, hard]
        """
        seconds = LIMITS.cpu_seconds
        expected = {
            "RLIMIT_CORE": [1, 1],
            "RLIMIT_CPU": [seconds + 5, seconds + 10],
            "RLIMIT_FSIZE": [LIMITS.file_bytes] * 2,
            "RLIMIT_MSGQUEUE": [0, 0],
            "RLIMIT_NOFILE": [512, 512],
            "RLIMIT_NPROC": [LIMITS.processes + 32] * 2,
        }
        highest = resource.getrlimit(resource.RLIMIT_CORE)[1]
        if highest == 0:
            expected["RLIMIT_CORE"] = [0, 0]
        assert inside.run(code, names=list(expected)) == expected

    def test_be_the_first_to_go_when_memory_runs_out(self, inside: Asked) -> None:
        assert inside.run("result = open('/proc/self/oom_score_adj').read().strip()") == "1000"

    def test_be_in_no_session_of_the_grader(self, inside: Asked) -> None:
        assert os.getsid(pid_of(inside)) != os.getsid(0)

    def test_change_the_output_but_not_what_it_is(self, inside: Asked) -> None:
        code = """
        import os
        result = []
        for act in (lambda: os.open("/proc/self/fd/1", os.O_WRONLY),
                    lambda: os.ftruncate(1, 1 << 40), lambda: os.link("/proc/self/fd/1", "out")):
            try:
                act()
                result.append("done")
            except OSError:
                pass
        """
        assert inside.run(code) == []


class TestWorks:
    def test_files_have_a_limit(self, inside: Asked) -> None:
        code = """
        try:
            with open("large", "wb", buffering=0) as file:
                for _ in range(16):
                    file.write(bytes(1 << 20))
        except OSError as error:
            result = error.strerror
        import os
        os.unlink("large")
        """
        assert inside.run(code) == "File too large"

    @needs_bubblewrap
    def test_so_has_their_sum(self, room: Asked) -> None:
        code = """
        import os
        result = {}
        for folder in ("/student", "/tmp", "/dev/shm"):
            for number in range(8):
                path = os.path.join(folder, f"large-{number}")
                try:
                    with open(path, "wb", buffering=0) as file:
                        for _ in range(7):
                            file.write(bytes(1 << 20))
                except OSError as error:
                    result.setdefault(folder, [number, error.strerror])
        for folder in result:
            for name in os.listdir(folder):
                if name.startswith("large"):
                    os.unlink(os.path.join(folder, name))
        """
        full = [2, "No space left on device"]
        assert room.run(code) == {"/student": full, "/tmp": full, "/dev/shm": full}

    @needs_bubblewrap
    def test_the_folders_of_python_hold_nothing_else(self, room: Asked, repository: Path) -> None:
        code = "import os; result = os.listdir(path) if os.path.exists(path) else []"
        assert set(room.run(code, path=str(repository))) <= {Path(sys.prefix).name}
        assert set(room.run(code, path="/")) >= {"student", "kit", "usr"}

    @needs_bubblewrap
    def test_in_namespaces_there_is_no_other_process(self, room: Asked) -> None:
        code = """
        import os, socket
        result = [sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
                  os.uname().nodename, [name for _, name in socket.if_nameindex()]]
        """
        (first, *others), host, networks = room.run(code)
        assert (first, len(others)) == (1, 1)
        assert (host, networks) == ("sandbox", ["lo"])

    def test_programs_can_be_started(self, inside: Asked) -> None:
        code = """
        import subprocess
        result = subprocess.run(["ls", "data"], capture_output=True, text=True, check=True).stdout
        """
        assert inside.run(code) == "empty.bin\nnumbers.txt\n"

    def test_threads_processes_and_pools(self, inside: Asked) -> None:
        code = """
        import multiprocessing.shared_memory, threading
        from concurrent.futures import ProcessPoolExecutor
        result = []
        thread = threading.Thread(target=result.append, args=(1,))
        thread.start(); thread.join()
        with ProcessPoolExecutor(2) as pool:
            result += pool.map(abs, [-2, -3])
        shared = multiprocessing.shared_memory.SharedMemory(create=True, size=10)
        shared.buf[0] = 4
        result.append(shared.buf[0])
        shared.close(); shared.unlink()
        """
        assert inside.run(code) == [1, 2, 3, 4]

    def test_loader_workers_and_pictures(self, contained: Asked) -> None:
        code = """
        import os, torch
        import matplotlib.pyplot as plt
        from torch.utils.data import DataLoader, TensorDataset
        data = TensorDataset(torch.arange(40_000).reshape(-1, 1000))
        loader = DataLoader(data, batch_size=10, num_workers=2)
        result = [int(torch.cat([batch for (batch,) in loader]).sum())]
        plt.plot([1, 2]); plt.savefig("figure.png"); plt.show()
        result.append(os.path.getsize("figure.png") > 0)
        """
        assert contained.run(code) == [sum(range(40_000)), True]


class TestWho:
    @needs_bubblewrap
    @pytest.mark.skipif(os.geteuid() != 0, reason="only root lends users")
    def test_roots_worker_in_namespaces_is_a_throw_away_user(self, room: Asked) -> None:
        self.is_a_throw_away_user(room)
        assert room.run("result = open('/proc/self/uid_map').read().split()") == [
            "0", "0", str(2**32 - 1),
        ]  # fmt: skip

    @needs_bubblewrap
    def test_an_ordinary_users_worker_is_alone_in_a_namespace(self, commoner: Asked) -> None:
        code = "import os; result = [*os.getresuid(), *os.getresgid()]"
        assert commoner.run(code) == [1000] * 6
        inner, _, count = commoner.run("result = open('/proc/self/uid_map').read().split()")
        assert (inner, count) == ("1000", "1")

    @needs_uid
    def test_a_worker_without_namespaces_is_a_throw_away_user(self, lodger: Asked) -> None:
        self.is_a_throw_away_user(lodger)
        code = "import os; result = [os.getpid(), os.getsid(0)]"
        assert lodger.run(code) == [pid_of(lodger)] * 2

    def is_a_throw_away_user(self, asked: Asked) -> None:
        code = "import os; result = [*os.getresuid(), *os.getresgid(), *os.getgroups()]"
        found = asked.run(code)
        assert len(found) == 6
        assert len(set(found)) == 1
        assert found[0] in users.NUMBERS

    @needs_bubblewrap
    @pytest.mark.parametrize("name", ["room", "commoner"])
    def test_the_first_process_of_the_namespaces_is_out_of_reach(
        self, request: pytest.FixtureRequest, name: str
    ) -> None:
        inside: Asked = request.getfixturevalue(name)
        names = ["Seccomp", "NoNewPrivs", "CapEff"]
        found = inside.run(STATUS.replace("self", "1"), names=names)
        assert found == {"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0" * 16}
        assert inside.run(OPEN, paths=["/proc/1/mem", "/proc/1/maps", "/proc/1/fd/0"]) == []
        code = f"""
        import os
        for number in ({signal.SIGKILL}, {signal.SIGSTOP}, {signal.SIGTERM}):
            try:
                os.kill(1, number)
            except OSError:
                pass
        """
        inside.run(code)
        assert inside.run("result = 1") == 1


def test_planted_files_replace_nothing(start: Start) -> None:
    planted = "raise RuntimeError('planted')\n"
    names = [
        *("json.py", "random.py", "traceback.py", "torch/__init__.py", "numpy/__init__.py"),
        *("safetensors/torch.py", "safetensors/__init__.py", "autograder/__init__.py"),
        *("selfcheck/__init__.py", "sitecustomize.py", "usercustomize.py", "conftest.py", "os.py"),
        *("colorsys.py", "settings.py", "probes.py", "evil.pth", "pyvenv.cfg"),
    ]
    loaders = """
    import json, random, torch, numpy, colorsys, probes, selfcheck, os
    from selfcheck import check
    POINTS = check("loaders")
    def f(): return [m.__name__ for m in (json, random, torch, numpy, colorsys)]
    """
    asked = start("none", files={"loaders.py": loaders, **dict.fromkeys(names, planted)})
    asked.worker.load(30)
    assert asked.run("result = student.loaders.f()") == [
        "json", "random", "torch", "numpy", "colorsys",
    ]  # fmt: skip
    assert asked.run("result = student.loaders.POINTS") == 0.0
