"""What is asked of a warm process: one message for each worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_BYTES = 1 << 16
MOST_DESCRIPTORS = 5
READY = b"ready"


@dataclass(frozen=True)
class Request:
    """Where the next worker belongs: `join` are the kinds of namespaces to enter, 0 for none.

    `user` is whom it becomes at once, None for nobody else; `kept` are capabilities that it keeps
    to become another user later.
    """

    folder: str
    kit: str
    environment: dict[str, str]
    user: int | None
    join: int
    kept: Sequence[int]
