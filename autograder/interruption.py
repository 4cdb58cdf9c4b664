"""Turns Ctrl-C, SIGTERM and SIGHUP into one exception, raised once and where it does no harm."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Stopped(KeyboardInterrupt):
    """A signal asked the program to end. `advice` says how to go on, where someone knows."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number
        self.advice = ""


@dataclass
class _State:
    received: int | None = None
    postponed: bool = False
    holds: int = 0


_state = _State()


@contextmanager
def stoppable() -> Iterator[None]:
    """The first signal raises Stopped in the block; any later one does nothing, also after it.

    A signal that whoever started the program chose to ignore, as `nohup` does, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if _state.received is not None else handler)


@contextmanager
def held() -> Iterator[None]:
    """A signal waits until the block is left: for steps that must be done whole."""
    _state.holds += 1
    try:
        yield
    finally:
        _state.holds -= 1
    if _state.postponed and not _state.holds:
        _state.postponed = False
        raise_if_asked()


def raise_if_asked() -> None:
    """Raise Stopped where a signal has come; for loops, since a library may swallow the first."""
    if _state.received is not None:
        raise Stopped(_state.received)


def _on_signal(number: int, frame: FrameType | None) -> None:
    if _state.received is not None:
        return
    _state.received = number
    if _state.holds:
        _state.postponed = True
        return
    raise Stopped(number)
