"""Says which limit of the course stands behind an error that the system raised in a worker."""

from __future__ import annotations

from ..course import Limits


def limit_behind(message: str, limits: Limits) -> str:
    """A sentence about the limit and what usually reaches it; "" where none is behind `message`.

    `message` is what a worker said: the type of an error and its text.
    """
    for sign, words in _WORDS.items():
        if sign in message:
            return words.format(limits=limits)
    return ""


_PROCESSES = (
    "A part may have {limits.processes} processes and threads at a time: "
    "use at most a few DataLoader workers."
)
_WORDS = {
    "[Errno 27]": (
        "A file, and what is printed at once, may have {limits.file_mb} MB: "
        "don't save data sets, and print numbers, not tensors."
    ),
    "[Errno 28]": (
        "All files of a part together may have {limits.scratch_mb} MB: "
        "usual causes are a data set that is copied or a file for every batch."
    ),
    "[Errno 24]": "Too many files are open at a time: close them, best by `with open(...)`.",
    "[Errno 11] Resource temporarily unavailable": _PROCESSES,
    "can't start new thread": _PROCESSES,
    "[Errno 12]": (
        "A part may use {limits.memory_mb} MB of memory: usual causes are a list that keeps every "
        "batch or a loss kept with its graph (keep `loss.item()`)."
    ),
}
