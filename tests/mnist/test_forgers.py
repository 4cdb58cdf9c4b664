"""No check passes on an answer that was sent without doing the work."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from autograder.data import few_synthetic_digits
from autograder.selfcheck.modules import Student
from autograder.selfcheck.plain import as_data

from .forgers import FORGERS, Call, Forger
from .harness import FAILED, PARTS, PASSED, SETTINGS, WHEATS, Check, checks_of, run, submission

HONEST = {
    "transforms": "compose",
    "loaders": "plain",
    "model": "sequential",
    "training": "plain",
}
SMALL = {"val_size": 200, "eval_batch_size": 100, "batch_size": 16, "epochs": 6}
CHECKS = [check for part in PARTS for check in checks_of(part)]
PIXELS_WILL_DO = (
    "An image's own pixels, as floats, are such a tensor, and the same each time: a transform that "
    "hands them on has earned this clause. Whether their values are right is asked by others."
)
# The forgers that pass a check, and why they should.
EXCEPTED = {
    ("echoed", "transforms::image_becomes_a_float_tensor"): PIXELS_WILL_DO,
    ("echoed", "transforms::same_image_gives_the_same_tensor"): PIXELS_WILL_DO,
    ("echoed", "transforms::nothing_happens_by_chance"): PIXELS_WILL_DO,
}


@dataclass(frozen=True)
class Asked:
    """A call of a probe that was answered honestly."""

    probe: str
    arguments: dict[str, Any]
    answer: Any


@cache
def more_for(part: str) -> dict[str, Any]:
    if part != "accuracy":
        return {}
    return {
        "images": few_synthetic_digits(1_500, 300),
        "accuracy_rule": (0.5, 0.2, 0.3),
        "record": lambda name, value: None,
        "settings": SimpleNamespace(**SETTINGS | SMALL),
    }


@pytest.fixture(scope="module")
def student() -> Iterator[Student]:
    with TemporaryDirectory() as name:
        for module, wheat in HONEST.items():
            shutil.copy(WHEATS / module / f"{wheat}.py", Path(name) / f"{module}.py")
        with submission(Path(name)) as student:
            yield student


def honestly(check: Check, student: Student, seed: int) -> list[Asked]:
    """The calls that `check` makes, answered by a correct submission; the check passes."""
    asked: list[Asked] = []

    def probe(function: Callable[..., Any], **arguments: Any) -> Any:
        torch.manual_seed(seed)
        given = as_data(arguments)
        answer = as_data(function(student, **given))
        asked.append(Asked(function.__name__, given, answer))
        return as_data(answer)

    ended = run(check, None, {**more_for(check.part), "probe": probe}, seed)
    assert ended.kind == PASSED, ended
    return asked


def forged(check: Check, forger: Forger, calls: list[Asked], others: list[Asked]) -> str:
    """How the check ends with what `forger` answers in place of the honest `calls`."""
    left = list(range(len(calls)))

    def probe(function: Callable[..., Any], **arguments: Any) -> Any:
        index = left.pop(0)
        first = next(call for call in calls if call.probe == function.__name__)
        call = Call(arguments, calls[index].answer, others[index].answer, first.answer)
        return as_data(forger(call))

    return run(check, None, {**more_for(check.part), "probe": probe}, 0).kind


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_forgers_fail(check: Check, student: Student, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "set_num_threads", lambda number: None)
    calls, others = honestly(check, student, 0), honestly(check, student, 1)
    assert [call.probe for call in calls] == [other.probe for other in others]
    ended = {name: forged(check, forger, calls, others) for name, forger in FORGERS.items()}
    if len({call.probe for call in calls}) == len(calls):
        del ended["first answer again"]
    wrong = {name: kind for name, kind in ended.items() if kind != FAILED}
    assert wrong == {name: PASSED for name, id_ in EXCEPTED if id_ == check.id}
