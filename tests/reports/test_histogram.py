"""Scores in bins."""

from __future__ import annotations

from autograder.reports.histogram import bins_of, words_of


def test_every_score_is_in_one_bin_and_full_marks_in_the_last() -> None:
    bins = bins_of([0, 9.99, 10, 55, 99.9, 100, 100], 100)
    assert [one.count for one in bins] == [2, 1, 0, 0, 0, 1, 0, 0, 0, 3]
    assert [one.height for one in bins][-1] == 1.0
    assert words_of(bins) == (
        "2 scores from 0 to 10; 1 score from 10 to 20; 1 score from 50 to 60; "
        "3 scores from 90 to 100."
    )


def test_a_class_without_scores() -> None:
    assert words_of(bins_of([], 100)) == "No scores."
    assert [one.count for one in bins_of([0.0], 0)] == [1, *[0] * 9]
