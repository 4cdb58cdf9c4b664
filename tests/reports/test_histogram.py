"""Numbers in bins."""

from __future__ import annotations

import pytest

from autograder.reports.histogram import bins_of, of_scores, of_seconds, of_shares


def test_every_score_is_in_one_bin_and_full_marks_in_the_last() -> None:
    histogram = of_scores([0, 9.99, 10, 55, 99.9, 100, 100], 100)
    assert [one.count for one in histogram.bins] == [2, 1, 0, 0, 0, 1, 0, 0, 0, 3]
    assert [one.height for one in histogram.bins][-1] == 1.0
    assert histogram.words == (
        "2 scores from 0 to 10; 1 score from 10 to 20; 1 score from 50 to 60; "
        "3 scores from 90 to 100."
    )
    assert histogram.labels == ("0", "", "20", "", "40", "", "60", "", "80", "", "100")


def test_a_class_without_scores() -> None:
    assert of_scores([], 100).words == "No scores."
    assert [one.count for one in bins_of([0.0], 0, 0)] == [1, *[0] * 9]


def test_accuracies_stand_beside_the_threshold() -> None:
    histogram = of_shares([0.951, 0.96, 0.962, 0.93], 0.94)
    assert histogram.labels[::2] == ("90", "92", "94", "96", "98", "100")
    assert [one.count for one in histogram.bins] == [0, 0, 0, 1, 0, 1, 2, 0, 0, 0]
    assert histogram.mark == pytest.approx(0.4)
    assert histogram.words.endswith(" 3 of 4 reach 94 %.")
    assert of_shares([0.1], 0.94).bins[0].low == 0.0


@pytest.mark.parametrize(
    ("longest", "end"), [(0.4, 1.0), (5.5, 10.0), (23.0, 50.0), (200.0, 200.0)]
)
def test_times_have_a_round_axis(longest: float, end: float) -> None:
    assert of_seconds([0.1, longest]).bins[-1].high == end
