"""An error that comes from a limit is told with the limit and what usually reaches it."""

from __future__ import annotations

import pytest

from autograder.course import Limits
from autograder.grading.limit_words import limit_behind

LIMITS = Limits(file_mb=3, scratch_mb=5, processes=7, memory_mb=300)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            "OSError: [Errno 27] File too large",
            "A file, and what is printed at once, may have 3 MB: don't save data sets, and print "
            "numbers, not tensors.",
        ),
        (
            "OSError: [Errno 28] No space left on device: 'x'",
            "All files of a part together may have 5 MB: usual causes are a data set that is "
            "copied or a file for every batch.",
        ),
        (
            "OSError: [Errno 24] Too many open files: 'x'",
            "Too many files are open at a time: close them, best by `with open(...)`.",
        ),
        (
            "BlockingIOError: [Errno 11] Resource temporarily unavailable",
            "A part may have 7 processes and threads at a time: use at most a few DataLoader "
            "workers.",
        ),
        (
            "RuntimeError: can't start new thread",
            "A part may have 7 processes and threads at a time: use at most a few DataLoader "
            "workers.",
        ),
        (
            "OSError: [Errno 12] Cannot allocate memory",
            "A part may use 300 MB of memory: usual causes are a list that keeps every batch or a "
            "loss kept with its graph (keep `loss.item()`).",
        ),
        ("ValueError: 27", ""),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'x'", ""),
    ],
)
def test_the_limit_behind_an_error(message: str, words: str) -> None:
    assert limit_behind(message, LIMITS) == words
