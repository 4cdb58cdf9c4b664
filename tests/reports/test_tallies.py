"""How a class did on each check: who, how often, with which words."""

from __future__ import annotations

from collections.abc import Callable

from autograder.grading.results import CheckResult, Frame, Outcome, PartResult, Result
from autograder.reports.tallies import MAX_GROUPS, alike, missed_by, tally


def test_a_failure_of_the_grader_is_no_failure_of_the_class(small_class: list[Result]) -> None:
    loaders, model = tally(sorted(small_class, key=lambda one: one.student))
    assert (loaders.students, loaders.missed, loaders.mean) == (2, 1, 7.5)
    assert (model.students, model.missed) == (2, 1)
    assert [check.missed for check in loaders.checks] == [0, 1, 1, 1, 1]


def test_messages_that_differ_in_numbers_alone_are_alike() -> None:
    one = "the loss: expected 0.4113, found 1.2e-07 (type list) [1, 2, 3]"
    assert alike(one) == alike(one.replace("0.4113", "-7").replace("[1, 2, 3]", "[]"))
    assert alike(one) == "the loss: expected #, found # (type list) […]"
    assert alike("found None") != alike("found 3")


def test_students_are_grouped_by_what_was_said_commonest_first(
    make_result: Callable[..., Result],
    make_part: Callable[..., PartResult],
    make_check: Callable[..., CheckResult],
) -> None:
    frame = Frame(file="a.py", line=7, function="f", text="1 / 0")

    def one(student: str, message: str, outcome: Outcome = Outcome.FAILED) -> Result:
        frames = (frame,) if outcome is Outcome.ERROR else ()
        check = make_check("sizes", outcome=outcome, message=message, frames=frames)
        return make_result(student, make_part("loaders", check))

    class_ = [
        one("a", "ZeroDivisionError: 1", Outcome.ERROR),
        one("b", "expected 3, found 4"),
        one("c", "expected 5, found 17"),
        one("d", "", Outcome.PASSED),
        one("e", "expected 1, found None"),
    ]
    [part] = tally(class_)
    [check] = part.checks
    assert [(group.words, group.students) for group in check.groups] == [
        ("expected 3, found 4", ("b", "c")),
        ("ZeroDivisionError: 1 (a.py:7)", ("a",)),
        ("expected 1, found None", ("e",)),
    ]
    assert missed_by([part]) == {"b": ["0.0"], "c": ["0.0"], "a": ["0.1"], "e": ["0.2"]}


def test_rare_messages_are_put_together(
    make_result: Callable[..., Result],
    make_part: Callable[..., PartResult],
    make_check: Callable[..., CheckResult],
) -> None:
    def class_of(messages: int) -> list[Result]:
        return [
            make_result(
                name,
                make_part(
                    "loaders", make_check("a", outcome=Outcome.FAILED, message=f"found {name}")
                ),
            )
            for name in "abcdefghijklmnop"[:messages]
        ]

    for messages, last in ((MAX_GROUPS + 1, "found g"), (MAX_GROUPS + 3, "other messages")):
        groups = tally(class_of(messages))[0].checks[0].groups
        assert len(groups) == MAX_GROUPS + 1
        assert groups[-1].words == last
        assert sum(len(group.students) for group in groups) == messages
