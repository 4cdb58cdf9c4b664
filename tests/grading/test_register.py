"""Which class a folder of results is of, and what changed since a grading that was not stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.grading.register import (
    Register,
    begun,
    not_of_the_class,
    read_register,
    write_register,
)
from autograder.grading.results import Standing, Status

LOW = Standing(status=Status.GRADED, score=1.0, parts={"a": 1.0})
HIGH = Standing(status=Status.GRADED, score=2.0, parts={"a": 2.0})


def test_a_grading_remembers_how_all_stood_before_it() -> None:
    register = begun(None, "tiny", {"ada": LOW, "new": None}, again=False)
    assert register == Register(
        assignment="tiny", students=("ada", "new"), unfinished=True, before={"ada": LOW}
    )
    assert register.finished() == Register(
        assignment="tiny", students=("ada", "new"), unfinished=False, before={"ada": LOW}
    )


def test_one_that_goes_on_compares_with_what_was_before_the_first_stop() -> None:
    stopped = begun(None, "tiny", {"ada": LOW, "bo": LOW, "new": None}, again=False)
    now = {"ada": HIGH, "bo": LOW, "new": HIGH}
    assert begun(stopped, "tiny", now, again=False).before == {"ada": LOW, "bo": LOW}
    assert begun(stopped.finished(), "tiny", now, again=False).before == now


def test_one_that_goes_on_with_another_class_forgets_who_left_and_learns_who_came() -> None:
    stopped = begun(None, "tiny", {"ada": LOW, "left": LOW}, again=True)
    register = begun(stopped, "tiny", {"ada": HIGH, "came": HIGH}, again=False)
    assert register.students == ("ada", "came")
    assert register.before == {"ada": LOW, "came": HIGH}
    assert register.again == ("ada",)


def test_grading_all_again_goes_on_where_it_was_stopped() -> None:
    all_again = begun(None, "tiny", {"ada": LOW, "bo": LOW}, again=True)
    assert all_again.again == ("ada", "bo")
    stopped = all_again.without("ada")
    standings: dict[str, Standing | None] = {"ada": LOW, "bo": LOW}
    assert begun(stopped, "tiny", standings, again=False).again == ("bo",)
    assert begun(stopped, "tiny", standings, again=True).again == ("ada", "bo")
    assert begun(stopped.finished(), "tiny", standings, again=False).again == ()


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    register = begun(None, "tiny", {"ada": LOW, "Zoë": None}, again=True)
    write_register(register, tmp_path)
    assert read_register(tmp_path) == register
    assert [path.name for path in tmp_path.iterdir()] == [".class.json"]


@pytest.mark.parametrize("text", [None, "", "{}", "[1]", '{"assignment": "a", "students": 3}'])
def test_what_cannot_be_read_is_no_register(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / ".class.json").write_text(text)
    assert read_register(tmp_path) is None


def test_results_of_others_are_found(tmp_path: Path) -> None:
    for name in ("ada", "left", "%72eport.html", "empty"):
        (tmp_path / name).mkdir()
    for name in ("ada", "left", "%72eport.html"):
        (tmp_path / name / "result.json").write_text("{}")
    (tmp_path / "grades.csv").write_text("")
    assert not_of_the_class(tmp_path, ["ada", "report.html"]) == ["left"]
