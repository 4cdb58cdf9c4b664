"""Which sandbox is chosen, and what one is told where none works."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from autograder.sandbox import backends
from autograder.sandbox.backends import BACKENDS, NoSandbox, choose

ENDING = "`--sandbox none` grades without any protection: only for code that you trust"


@pytest.fixture
def problems(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """What keeps a backend from working; none do anything about it."""
    told: dict[str, str | None] = {"bubblewrap": None, "uid": None}
    for name in told:
        backend = BACKENDS[name]
        monkeypatch.setitem(
            BACKENDS,
            name,
            backends.Backend(
                name,
                True,
                backend.room,
                lambda private, name=name: told[name],  # type: ignore[misc]
            ),
        )
    return told


def test_the_order_is_that_of_the_table() -> None:
    assert list(BACKENDS) == ["bubblewrap", "uid", "none"]
    assert [one.contains for one in BACKENDS.values()] == [True, True, False]


@pytest.mark.parametrize("wanted", ["auto", "bubblewrap", "uid"])
def test_what_works_is_taken(problems: dict[str, str | None], wanted: str) -> None:
    assert choose(wanted) == {"auto": "bubblewrap"}.get(wanted, wanted)
    problems["bubblewrap"] = "it broke"
    assert wanted == "bubblewrap" or choose(wanted) == "uid"


def test_none_is_taken_only_by_its_name(problems: dict[str, str | None]) -> None:
    problems.update(bubblewrap="it broke", uid="only root can")
    assert choose("none") == "none"
    with pytest.raises(NoSandbox) as caught:
        choose("auto")
    assert str(caught.value) == (
        "--sandbox auto: expected a sandbox that works, found that bubblewrap: it broke. "
        f"uid: only root can. {ENDING}"
    )


@pytest.mark.parametrize("wanted", ["bubblewrap", "uid"])
def test_what_was_asked_for_is_never_another(problems: dict[str, str | None], wanted: str) -> None:
    problems[wanted] = "it broke"
    with pytest.raises(NoSandbox) as caught:
        choose(wanted)
    assert str(caught.value) == (
        f"--sandbox {wanted}: expected a sandbox that works, found that it broke. {ENDING}"
    )


def test_what_is_private_is_asked_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sequence[Path]] = []

    def refuse(private: Sequence[Path]) -> str:
        asked.append(private)
        return "no"

    for name in ("bubblewrap", "uid"):
        room = BACKENDS[name].room
        monkeypatch.setitem(BACKENDS, name, backends.Backend(name, True, room, refuse))
    with pytest.raises(NoSandbox):
        choose("auto", [Path("/course/key")])
    assert asked == [[Path("/course/key")]] * 2
