"""Runs as a script in a process of its own: imports what trials need once, then forks one for each.

It knows nothing of the kit, so that a trial sees what a student's Python would see. The trials come
as JSON on its standard input, and each leaves a file with its findings and one with what it said.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

LIBRARIES = {
    "self-check": ("torch", "torchvision", "pytest"),
    "notebook": ("torch", "torchvision", "nbclient", "ipykernel.kernelapp"),
}
"""What each kind of trial imports sooner or later. Not matplotlib: it asks a kernel how to draw."""
CELL_SECONDS = 600
LOOK_SECONDS = 0.02
_PR_SET_PDEATHSIG = 1


def main() -> None:
    orders = json.load(sys.stdin)
    _die_with(orders["keeper"])
    _Host(orders["trials"], orders["side_by_side"], orders["seconds"]).run()


class _Host:
    """Keeps so many trials running at a time, none of them longer than so many seconds."""

    def __init__(self, trials: list[dict[str, Any]], side_by_side: int, seconds: float) -> None:
        self.waiting = trials
        self.side_by_side = side_by_side
        self.seconds = seconds
        self.is_worth_it = len(trials) > 1
        self.running: dict[int, tuple[float, dict[str, Any]]] = {}

    def run(self) -> None:
        while self.waiting or self.running:
            if self.waiting and len(self.running) < self.side_by_side:
                self._start(self.waiting.pop(0))
            else:
                self._look()

    def _start(self, trial: dict[str, Any]) -> None:
        for name in LIBRARIES[trial["kind"]] if self.is_worth_it else ():
            try:
                importlib.import_module(name)
            except ImportError:
                continue
        gc.collect()
        gc.freeze()
        host = os.getpid()
        pid = os.fork()
        if pid == 0:
            _be(lambda: _act(trial, host))
        self.running[pid] = (time.monotonic() + self.seconds, trial)

    def _look(self) -> None:
        pid, _ = os.waitpid(-1, os.WNOHANG)
        if pid:
            self.running.pop(pid, None)
            return
        for one, (deadline, trial) in list(self.running.items()):
            if time.monotonic() > deadline:
                os.kill(one, signal.SIGKILL)
                os.waitpid(one, 0)
                del self.running[one]
                with open(trial["said"], "a", encoding="utf-8") as file:
                    file.write(f"\nIt ran for {self.seconds:g} seconds and was ended.")
        time.sleep(LOOK_SECONDS)


def _be(act: Callable[[], None]) -> NoReturn:
    """Do it and end, in a process that was forked."""
    code = 1
    try:
        act()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def _act(trial: dict[str, Any], host: int) -> None:
    _die_with(host)
    said = os.open(trial["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor in (1, 2):
        os.dup2(said, descriptor)
    os.close(said)
    os.chdir(trial["folder"])
    if trial["data_root"] is not None:
        os.environ["MNIST_ROOT"] = trial["data_root"]
    if trial["kind"] == "notebook":
        _play_notebook(trial["notebook"], trial["found"])
    else:
        _run_checks(trial["found"])


def _run_checks(found: str) -> None:
    import pytest

    checks: dict[str, list[str]] = {}
    errors: list[str] = []

    class Recorder:
        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                errors.append(f"{report.nodeid}: {report.longreprtext}")

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            kind = dict(report.user_properties).get("outcome")
            if kind is not None:
                checks[report.nodeid] = [str(kind), report.longreprtext]

    pytest.main(["-p", "no:cacheprovider"], plugins=[Recorder()])
    with open(found, "w", encoding="utf-8") as file:
        json.dump({"checks": checks, "errors": errors}, file)


def _play_notebook(path: str, found: str) -> None:
    kernel: Any = _Kernel()
    import nbformat
    from jupyter_client.connect import KernelConnectionInfo
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_client.provisioning.local_provisioner import LocalProvisioner
    from nbclient import NotebookClient

    class Forked(LocalProvisioner):
        """Starts no interpreter: gives the kernel that waits already its connection."""

        async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
            manager: Any = self.parent
            kernel.start(manager.connection_file)
            self.process, self.pid = kernel, kernel.pid
            return self.connection_info

    class Manager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.provisioner = Forked(kernel_spec=self.kernel_spec, parent=self)

    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        allow_errors=True,
        kernel_manager_class=Manager,
        resources={"metadata": {"path": os.getcwd()}},
    ).execute()
    nbformat.write(notebook, found)


class _Kernel:
    """A fork that becomes a Jupyter kernel once it is told the file with its connection.

    It is forked before anything of Jupyter runs here, and has what jupyter_client asks of a
    `subprocess.Popen`.
    """

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        theirs, self.line = os.pipe()
        self.code: int | None = None
        player = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.line)
            _be(lambda: _become_kernel(theirs, player))
        os.close(theirs)

    def start(self, connection_file: str) -> None:
        os.write(self.line, connection_file.encode())
        os.close(self.line)

    def poll(self) -> int | None:
        return self.code if self.code is not None else self._ended(os.WNOHANG)

    def wait(self) -> int | None:
        return self.code if self.code is not None else self._ended(0)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def _ended(self, how: int) -> int | None:
        pid, status = os.waitpid(self.pid, how)
        if pid:
            self.code = os.waitstatus_to_exitcode(status)
        return self.code


def _become_kernel(line: int, player: int) -> None:
    _die_with(player)
    with os.fdopen(line, "rb") as pipe:
        connection_file = pipe.read().decode()
    if not connection_file:
        return
    from ipykernel.kernelapp import IPKernelApp

    sys.path.insert(0, "")
    IPKernelApp.launch_instance(["-f", connection_file, f"--IPKernelApp.parent_handle={player}"])


def _die_with(parent: int) -> None:
    """Leave no trial behind when the release is stopped; elsewhere than on Linux it ends later."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


if __name__ == "__main__":
    main()
