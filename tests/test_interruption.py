"""A signal stops the program once, where it may, and those that follow do nothing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from autograder import interruption
from autograder.interruption import Stopped, held, raise_if_asked, stoppable


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No signal was received yet, and afterwards each does what it did."""
    monkeypatch.setattr(interruption, "_state", interruption._State())
    before = {number: signal.getsignal(number) for number in interruption.SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def send(number: int) -> None:
    os.kill(os.getpid(), number)


def stopped(work: Callable[[], object]) -> Stopped:
    """The exception that ends `work`."""
    with pytest.raises(Stopped) as caught, stoppable():
        work()
    return caught.value


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_the_first_signal_stops_and_no_other_one_does(number: int, code: int) -> None:
    assert stopped(lambda: send(number)).exit_code == code
    send(signal.SIGINT)
    send(signal.SIGTERM)


def test_while_it_stops_another_signal_changes_nothing() -> None:
    done = []

    def work() -> None:
        try:
            send(signal.SIGTERM)
        finally:
            send(signal.SIGINT)
            done.append("tidied up")

    assert stopped(work).exit_code == 143
    assert done == ["tidied up"]


def test_a_step_that_must_be_done_whole_is() -> None:
    done = []

    def work() -> None:
        with held():
            with held():
                send(signal.SIGINT)
            done.append("the whole step")
        done.append("the next one")

    assert stopped(work).exit_code == 130
    assert done == ["the whole step"]


def test_a_step_that_tidies_up_after_a_signal_is_done_whole_too() -> None:
    done = []

    def work() -> None:
        try:
            send(signal.SIGINT)
        finally:
            with held():
                send(signal.SIGINT)
            done.append("and what follows")

    assert stopped(work).exit_code == 130
    assert done == ["and what follows"]


def test_a_loop_notices_a_signal_that_was_swallowed() -> None:
    with stoppable():
        with pytest.raises(Stopped):
            send(signal.SIGINT)
        with pytest.raises(Stopped):
            raise_if_asked()


def test_without_a_signal_all_is_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stoppable(), held():
        raise_if_asked()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_signal_that_is_ignored_stays_so() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with stoppable():
        send(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_a_command_within_a_command_is_stopped_alike() -> None:
    def work() -> None:
        with stoppable():
            pass
        send(signal.SIGTERM)

    assert stopped(work).exit_code == 143


def test_a_thread_that_can_take_no_signals_works_without() -> None:
    worked = []

    def work() -> None:
        with stoppable():
            worked.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert worked == [True]
