"""Runs inside the sandbox: imports the student's modules and answers with what probes return.

It holds what one part needs and nothing else: the submission, the probes of that part, and the
few modules of the kit that it imports itself. It judges nothing.
"""

from __future__ import annotations

import base64
import fcntl
import os
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from ..selfcheck.frames import message_of, student_frames
from ..selfcheck.modules import Student
from ..selfcheck.plain import as_data
from . import wire
from .confine import Confinement, confine
from .preload import preload
from .seeds import Seeds

_DESCRIPTORS = (3, 4)
_ASIDE = 64
_UNLIMITED = wire.FrameLimits(json_bytes=1 << 31, tensor_bytes=1 << 33)


def main() -> NoReturn:
    """Serve; the command line ends with the descriptors of requests and of replies."""
    requests, replies = int(sys.argv[1]), int(sys.argv[2])
    sys.argv[:] = [""]
    serve(requests, replies)


def serve(requests: int, replies: int) -> NoReturn:
    """Answer requests, the first of which says what to work with, until the trusted side closes.

    The folder of the submission is the working directory.
    """
    requests, replies = _moved((requests, replies))
    write = _writer(replies)
    start = wire.read_frame(requests, _UNLIMITED)
    folder = Path.cwd()
    confinement = Confinement(**start["confinement"])
    confine(confinement)
    _lay_out(folder, start["files"])
    preload(start["imports"])
    seeds = Seeds(confinement.gpu)
    probes = _probes(start["probes"])
    student = _student(folder, start)
    write({"ready": True})
    while True:
        try:
            request = wire.read_frame(requests, _UNLIMITED)
        except wire.Closed:
            os._exit(0)
        seeds.set(request["seed"])
        if request["probe"]:
            probe = getattr(probes, request["probe"])
            reply = _answer(partial(probe, student, **request["arguments"]), folder)
        else:
            reply = _answer(partial(_import, student, start["needed"]), folder)
        write({"id": request["id"], **reply})


def _import(student: Student, modules: list[str]) -> None:
    for module in modules:
        getattr(student, module)


def _answer(question: Callable[[], Any], folder: Path) -> dict[str, Any]:
    try:
        return {"value": as_data(question())}
    except BaseException as error:
        return {"error": _described(error, folder)}


def _described(error: BaseException, folder: Path) -> dict[str, Any]:
    frames = student_frames(error.__traceback__, folder)
    trace = "".join(traceback.format_exception(error))[-20_000:]
    message = message_of(error)
    return {
        "type": type(error).__name__,
        "message": message,
        "text": message.partition(": ")[2] if isinstance(error, NotImplementedError) else "",
        "frames": [[f.file, f.line, f.function, f.text] for f in frames],
        "trace": trace,
    }


def _moved(descriptors: Sequence[int]) -> Sequence[int]:
    """The descriptors under the numbers that they have in every worker, however it was started."""
    aside = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, _ASIDE) for one in descriptors]
    for one in descriptors:
        os.close(one)
    for one, number in zip(aside, _DESCRIPTORS, strict=True):
        os.dup2(one, number, inheritable=False)
        os.close(one)
    return _DESCRIPTORS


def _writer(fd: int) -> Callable[[dict[str, Any]], None]:
    """A function that writes frames, with its own references to what it needs."""
    pieces, write_frame = wire.pieces, wire.write_frame
    getpid, end = os.getpid, os._exit
    own = getpid()

    def write(value: dict[str, Any]) -> None:
        if getpid() != own:
            # The student's code forked, and this is the child.
            end(0)
        write_frame(fd, *pieces(value))

    return write


def _lay_out(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"{name!r} lies outside the submission")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))


def _probes(source: str) -> types.ModuleType:
    module = types.ModuleType("probes")
    sys.modules["probes"] = module
    exec(compile(source, "<probes>", "exec"), module.__dict__)
    return module


def _student(folder: Path, start: dict[str, Any]) -> Student:
    from .. import selfcheck

    sys.modules["selfcheck"] = selfcheck
    files = {module: folder / name for module, name in start["modules"].items()}
    return Student(folder, files, needed=start["needed"])
