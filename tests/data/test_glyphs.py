from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pytest

from autograder.data import DataUnavailable
from autograder.data.glyphs import FIELD, Glyphs, make_glyphs, thinned


@pytest.fixture(scope="module")
def glyphs() -> Glyphs:
    return make_glyphs()


@pytest.mark.parametrize("digit", range(10))
def test_each_kind_of_field_is_of_the_digit_that_was_asked_for(glyphs: Glyphs, digit: int) -> None:
    choice = np.linspace(0, 0.999, 50)
    digits = np.full(50, digit)
    skeletons = np.unique(glyphs.skeletons(digits, choice))
    outlines = np.unique(glyphs.outlines(digits, choice))
    assert len(skeletons) == 13
    assert len(outlines) == 22
    # The line in the middle of the strokes lies within the printed shape of the same face.
    for skeleton, outline in zip(skeletons, outlines, strict=False):
        assert (glyphs.fields[outline][glyphs.fields[skeleton] == 0] < 0).all()


def test_no_field_serves_two_digits(glyphs: Glyphs) -> None:
    digits, choice = np.repeat(np.arange(10), 50), np.tile(np.linspace(0, 0.999, 50), 10)
    taken = [*set(glyphs.skeletons(digits, choice)), *set(glyphs.outlines(digits, choice))]
    assert sorted(taken) == list(range(len(glyphs.fields)))


def test_fields_are_distances(glyphs: Glyphs) -> None:
    assert glyphs.fields.dtype == np.float32
    skeletons = glyphs.fields[:130]
    assert skeletons.min() == 0
    # Two neighbours differ by no more than the way between them.
    for axis in (1, 2):
        assert np.abs(np.diff(skeletons, axis=axis)).max() <= 2 / FIELD + 1e-6
    # From the corner of the field to a digit that fills the middle.
    assert skeletons[:, 0, 0].min() > 0.4


def test_thinning_a_bar_leaves_its_middle_line() -> None:
    bar = np.zeros((1, FIELD, FIELD), dtype=bool)
    bar[0, 30:66, 44:53] = True
    line = thinned(bar)[0]
    assert (line.sum(axis=1) <= 1).all()
    assert line.any(axis=1).sum() >= 26
    assert set(np.flatnonzero(line.any(axis=0))) <= {47, 48, 49}


def test_missing_fonts_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matplotlib, "get_data_path", lambda: str(tmp_path))
    with pytest.raises(DataUnavailable) as caught:
        make_glyphs.__wrapped__()
    assert str(caught.value) == (
        f"{tmp_path / 'fonts' / 'ttf' / 'DejaVuSans.ttf'}: expected a font that comes with "
        "matplotlib, found: No such file or directory; install matplotlib again"
    )
