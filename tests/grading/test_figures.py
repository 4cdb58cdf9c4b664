"""Figures: what is kept of them, where, and whose they are."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from autograder.grading.figures import (
    MAX_PLACES,
    Confusion,
    Curve,
    Order,
    Picture,
    Sequence,
    read_figures,
)
from autograder.grading.results import (
    CheckResult,
    Outcome,
    PartResult,
    Result,
    Status,
    read_result,
    with_figures,
    without_figures,
    write_result,
)

ORDER = Order(
    title="Two epochs", public=True, size=3, sequences=(Sequence(name="one", places=(2, 0, 1)),)
)


def result(digest: str = "sha256:1", figures: tuple[Order, ...] = (ORDER,)) -> Result:
    check = CheckResult(
        id="loaders::order", title="An order", outcome=Outcome.FAILED, points=0, max_points=1,
        figures=figures,
    )  # fmt: skip
    part = PartResult(
        name="loaders", title="L", points=0, max_points=1, attempted=True, checks=(check,)
    )
    return Result(
        student="ada", assignment="a", status=Status.GRADED, score=0.0, max_score=1.0,
        parts=(part,), submission_digest=digest, checks_digest="sha256:2",
    )  # fmt: skip


def test_figures_lie_beside_the_result_and_not_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    write_result(result(), folder)
    assert "figures" not in (folder / "result.json").read_text()
    read = read_result(folder)
    assert read is not None
    assert read == without_figures(result())
    assert with_figures(read, folder) == result()


def test_a_result_that_is_written_again_keeps_its_figures(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    write_result(result(), folder)
    later = without_figures(result()).model_copy(update={"notes": ("Late.",)})
    write_result(later, folder)
    assert with_figures(later, folder).parts == result().parts


def test_another_results_figures_are_not_shown(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    write_result(result(), folder)
    newer = result(digest="sha256:other", figures=())
    assert with_figures(newer, folder) == newer
    write_result(newer, folder)
    assert not (folder / "figures.json").exists()
    assert read_figures(folder) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"checks": {"a": [{"kind": "film"}]}}', "\xff"])
def test_figures_that_cannot_be_read_are_none(tmp_path: Path, text: str) -> None:
    write_result(result(), tmp_path / "ada")
    (tmp_path / "ada" / "figures.json").write_bytes(text.encode("latin-1"))
    assert with_figures(result(figures=()), tmp_path / "ada") == result(figures=())


def test_figures_are_bounded() -> None:
    with pytest.raises(ValidationError):
        Sequence(name="long", places=tuple(range(MAX_PLACES + 1)))
    with pytest.raises(ValidationError):
        Picture(width=65, height=1, pixels=base64.b64encode(bytes(65)).decode())
    with pytest.raises(ValidationError, match="a byte for each pixel"):
        Picture(width=2, height=2, pixels=base64.b64encode(bytes(3)).decode())
    with pytest.raises(ValidationError, match="a row and a column for each name"):
        Confusion(title="c", public=True, names=("a", "b"), counts=((1, 2), (3,)))
    with pytest.raises(ValidationError):
        Curve(name="loss", values=(float("nan"),))


def test_what_is_stored_is_plain(tmp_path: Path) -> None:
    write_result(result(), tmp_path)
    stored = json.loads((tmp_path / "figures.json").read_text())
    assert stored["checks"]["loaders::order"][0]["sequences"][0]["places"] == [2, 0, 1]
