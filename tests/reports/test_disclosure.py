"""What a student may see: three levels, hidden checks, and labels that are not revealed yet."""

from __future__ import annotations

import json

import pytest

from autograder.grading.figures import (
    Confusion,
    Curve,
    Curves,
    Figure,
    Gallery,
    Images,
    Mistake,
    Order,
    Picture,
    Sequence,
    Values,
)
from autograder.grading.results import CheckResult, Result, Status
from autograder.reports.disclosure import Rules, for_student

GREY = Picture(width=1, height=1, pixels="gA==")
VALUES = Values(picture=GREY, words="w", lowest=0.0, highest=1.0, counts=(1,))
FIGURES: tuple[Figure, ...] = (
    Images(title="I", public=True, given=GREY, found=VALUES, expected=VALUES, low=0, high=1),
    Order(title="O", public=True, size=2, sequences=(Sequence(name="a", places=(1, 0)),)),
    Curves(
        title="C", public=True, x="epoch", y="loss",
        curves=(Curve(name="l", values=(1.0,), low=(0.5,), high=(2.0,)),),
    ),
    Confusion(title="M", public=True, names=("a", "b"), counts=((1, 0), (0, 1))),
    Gallery(title="G", public=True, mistakes=(Mistake(picture=GREY, label="4", said="9"),)),
)  # fmt: skip
QUIET = tuple(one.model_copy(update={"public": False, "title": "QUIET"}) for one in FIGURES)


@pytest.fixture
def drawn(failing: Result) -> Result:
    """`failing`, every check of which has every figure, those of hidden ones not public."""
    parts = tuple(
        part.model_copy(
            update={
                "checks": tuple(
                    check.model_copy(update={"figures": FIGURES if check.visible else QUIET})
                    for check in part.checks
                )
            }
        )
        for part in failing.parts
    )
    return failing.model_copy(update={"parts": parts})


def checks(result: Result) -> dict[str, CheckResult]:
    return {check.id: check for part in result.parts for check in part.checks}


def kinds(check: CheckResult) -> str:
    return "".join(figure.title for figure in check.figures)


def test_everything_but_what_is_hidden_or_not_revealed(drawn: Result) -> None:
    seen = checks(for_student(drawn, Rules()))
    order, before = seen["loaders::order"], checks(drawn)["loaders::order"]
    assert order == before.model_copy(update={"figures": FIGURES[:4]})
    assert kinds(checks(for_student(drawn, Rules(revealed=True)))["loaders::order"]) == "IOCMG"


@pytest.mark.parametrize(
    "rules",
    [
        Rules(details=details, expected=expected, revealed=revealed)
        for details in (True, False)
        for expected in (True, False)
        for revealed in (True, False)
    ],
)
def test_a_hidden_check_says_its_title_and_its_hint_at_every_level(
    drawn: Result, rules: Rules
) -> None:
    seen = for_student(drawn, rules)
    hidden = checks(seen)["loaders::secret"]
    assert (hidden.title, hidden.outcome.value) == ("What secret does", "failed")
    assert hidden.hint == ("What a hidden check may say." if rules.details else "")
    text = seen.model_dump_json()
    assert "SECRET" not in text
    assert "QUIET" not in text
    assert json.loads(text)["accuracy"]["marked"] is None


def test_no_expected_values(drawn: Result) -> None:
    seen = checks(for_student(drawn, Rules(expected=False, revealed=True)))
    order = seen["loaders::order"]
    assert (order.message, order.expected, order.found) == ("", "", "[64, 64]")
    assert order.hint == "Nothing is dropped."
    assert kinds(order) == "IOCM"
    images, _, curves, _ = order.figures
    assert isinstance(images, Images)
    assert isinstance(curves, Curves)
    assert images.expected is None
    assert (curves.curves[0].low, curves.curves[0].values) == ((), (1.0,))
    assert seen["loaders::seeds"].message == "ZeroDivisionError: division by zero"
    assert seen["loaders::seeds"].frames


def test_points_only(drawn: Result) -> None:
    seen = for_student(drawn, Rules(details=False))
    for check in checks(seen).values():
        assert check.title
        said = (check.expected, check.found, check.frames, check.hint, check.figures)
        assert not any(said)
        assert check.message in ("", "not attempted")
    assert seen.score == drawn.score
    assert seen.accuracy is not None
    assert seen.accuracy.held_out is None


def test_the_graders_own_trouble_is_not_told(drawn: Result) -> None:
    internal = drawn.model_copy(
        update={"status": Status.INTERNAL, "notes": ("/srv/graded could not be written.",)}
    )
    assert for_student(internal, Rules()).notes == ()
    assert for_student(drawn, Rules()).notes == drawn.notes
