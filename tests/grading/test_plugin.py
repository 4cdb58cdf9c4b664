"""How a check ends: wrong, crashed, too slow and could-not-check are never mixed up."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from autograder.course import Limits
from autograder.grading.checks import Check
from autograder.grading.part_run import Ending, PartRun, result_of
from autograder.grading.plugin import NoSession, within_session
from autograder.grading.results import Outcome
from autograder.sandbox.answers import (
    BadReply,
    SandboxBroken,
    StudentError,
    WorkerStopped,
    WorkerTimeout,
)
from autograder.selfcheck.checkinfo import CheckInfo
from autograder.selfcheck.plain import Opaque


class FakeWorker:
    """Answers every probe with the same value or exception, and writes down what it was asked."""

    def __init__(self, answer: Any = None, loading: Exception | None = None) -> None:
        self.answer, self.loading = answer, loading
        self.calls: list[tuple[str, dict[str, Any], int, float]] = []
        self.loads = 0
        self.start: Callable[[], None] = lambda: None

    def load(self, seconds: float) -> None:
        self.loads += 1
        if self.loading is not None:
            raise self.loading

    def call(self, probe: str, arguments: dict[str, Any], seed: int, seconds: float) -> Any:
        self.calls.append((probe, arguments, seed, seconds))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture(autouse=True)
def own_modules() -> Iterator[None]:
    """What an inner pytest run imports is forgotten again."""
    modules, path = dict(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]
    sys.path[:] = path


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[dict[str, Ending], PartRun]]:
    """Run the source of some checks against a worker; the ending of each, by its name."""

    def go(
        source: str, worker: FakeWorker, names: tuple[str, ...] = ("one",), **changes: Any
    ) -> tuple[dict[str, Ending], PartRun]:
        write_checks(tmp_path, source)
        part = a_run(worker, names, **changes)
        within_session(tmp_path, lambda session: session.check(part))
        return {name.removeprefix("part::"): end for name, end in part.endings.items()}, part

    return go


def write_checks(assignment: Path, source: str) -> None:
    text = "import pytest, torch\n\n\ndef ask(student):\n    ...\n\n\n" + dedent(source)
    (assignment / "checks").mkdir(exist_ok=True)
    (assignment / "checks" / "test_part.py").write_text(text, encoding="utf-8")


def a_run(worker: FakeWorker, names: tuple[str, ...] = ("one",), **changes: Any) -> PartRun:
    values: dict[str, Any] = {
        "checks": {f"part::{name}": a_check(name) for name in names},
        "worker": worker,
        "modules": ("part",),
        "settings_values": SimpleNamespace(mean=0.5),
        "accuracy": None,
        "key": b"k" * 32,
        "submission_digest": "sha256:1",
        "limits": Limits(wall_seconds=60, call_seconds=10),
        "load_seconds": 5.0,
        "device_name": "cpu",
        "load_images": lambda: None,
    }
    return PartRun(**values | changes)


def a_check(name: str, points: float = 2.0, visible: bool = True) -> Check:
    info = CheckInfo(f"part::{name}", "part", f"Title of {name}", points, "Think again.")
    return Check(info, visible)


EQUAL = """
    @pytest.mark.points(2)
    def test_one(probe, expect):
        \"\"\"Four comes back.\"\"\"
        expect.equal(probe(ask), 4, what="the number")
"""


def test_a_check_whose_expectation_holds_has_passed(run):
    endings, _ = run(EQUAL, FakeWorker(4))
    assert endings == {"one": Ending(Outcome.PASSED)}


def test_a_check_whose_expectation_fails_says_what_was_expected_and_found(run):
    endings, _ = run(EQUAL, FakeWorker(5))
    assert endings["one"] == Ending(
        Outcome.FAILED, "the number: expected 4, found 5", "the number: 4", "5"
    )


def test_texts_about_an_answer_of_any_size_stay_short(run):
    answer = "x" * 150
    for _ in range(5):
        answer = [answer] * 8
    endings, _ = run(EQUAL, FakeWorker(answer))
    assert endings["one"].outcome is Outcome.FAILED
    assert {len(endings["one"].message), len(endings["one"].found)} == {2_000}


def test_what_the_students_code_raised_is_an_error_with_their_lines(run):
    frames = [["part.py", 3, "f", "return 1 / 0"]]
    error = StudentError("ZeroDivisionError: division by zero", "", frames, "…")
    endings, _ = run(EQUAL, FakeWorker(error))
    assert endings["one"].outcome is Outcome.ERROR
    assert endings["one"].message == "ZeroDivisionError: division by zero"
    assert [(f.file, f.line, f.text) for f in endings["one"].frames] == [
        ("part.py", 3, "return 1 / 0")
    ]


def test_an_error_that_a_limit_caused_names_the_limit(run):
    endings, _ = run(EQUAL, FakeWorker(StudentError("OSError: [Errno 24] Too many", "", [], "")))
    assert endings["one"].message == (
        "OSError: [Errno 24] Too many. Too many files are open at a time: close them, best by "
        "`with open(...)`."
    )


def test_a_stub_of_this_part_is_not_attempted(run):
    error = StudentError("NotImplementedError: …", "part: still to be written", [], "")
    endings, _ = run(EQUAL, FakeWorker(error))
    assert endings["one"] == Ending(Outcome.FAILED, "not attempted")


def test_a_not_implemented_error_of_another_kind_is_an_error(run):
    error = StudentError("NotImplementedError: conv3d", "conv3d on meta", [], "")
    assert run(EQUAL, FakeWorker(error))[0]["one"].outcome is Outcome.ERROR


def test_a_slow_answer_is_a_timeout_that_names_the_limit(run):
    endings, _ = run(EQUAL, FakeWorker(WorkerTimeout()))
    assert endings["one"].outcome is Outcome.TIMEOUT
    assert endings["one"].message == (
        "Your code took longer than 10 seconds. Usual causes: a loop that never ends, "
        "or much work for each sample."
    )


def test_an_import_that_never_ends_says_so(run):
    endings, _ = run(EQUAL, FakeWorker(4, loading=WorkerTimeout()))
    assert endings["one"].outcome is Outcome.TIMEOUT
    assert endings["one"].message == (
        "Importing part took longer than 5 seconds. Usual causes: a loop that never ends or "
        "training at the top of a module, outside any function."
    )


def test_a_worker_that_ended_is_an_error_that_says_why(run):
    endings, _ = run(EQUAL, FakeWorker(WorkerStopped("used more than 4,096 MB of memory")))
    assert endings["one"] == Ending(Outcome.ERROR, "Your code used more than 4,096 MB of memory.")


def test_an_unreadable_answer_is_a_failed_check(run):
    endings, _ = run(EQUAL, FakeWorker(BadReply("the data is too large (99 MiB)")))
    assert endings["one"] == Ending(
        Outcome.FAILED, "What your code returned can't be read: the data is too large (99 MiB)."
    )


@pytest.mark.parametrize("error", [SandboxBroken("no bwrap"), OSError("disk full")])
def test_a_broken_sandbox_is_ungradable(run, error):
    endings, part = run(EQUAL, FakeWorker(error))
    assert endings["one"] == Ending(Outcome.UNGRADABLE, "The grader could not run this check.")
    assert str(error) in part.log[0]


def test_a_check_that_stumbles_over_what_came_back_has_failed(run):
    source = """
        @pytest.mark.points(2)
        def test_one(probe):
            \"\"\"Rows.\"\"\"
            assert probe(ask).shape == (2, 2)
    """
    endings, part = run(source, FakeWorker(Opaque("PIL.Image.Image")))
    assert endings["one"].outcome is Outcome.FAILED
    assert "AttributeError" in part.log[0]


def test_a_check_that_stumbles_before_it_asked_is_ungradable(run):
    source = """
        @pytest.mark.points(2)
        def test_one(probe):
            \"\"\"Rows.\"\"\"
            probe(ask, x=undefined)
    """
    endings, part = run(source, FakeWorker(1))
    assert endings["one"].outcome is Outcome.UNGRADABLE
    assert "NameError" in part.log[0]


def test_a_broken_fixture_is_ungradable(run):
    def no_images() -> None:
        raise RuntimeError("no images")

    source = """
        @pytest.mark.points(2)
        def test_one(probe, images):
            \"\"\"Images.\"\"\"
    """
    endings, _ = run(source, FakeWorker(1), load_images=no_images)
    assert endings["one"].outcome is Outcome.UNGRADABLE


@pytest.mark.parametrize("call", ["pytest.skip('no')", "pytest.exit('no')", "raise SystemExit(0)"])
def test_a_check_that_was_skipped_or_left_is_ungradable(run, call):
    source = f"""
        @pytest.mark.points(2)
        def test_one(probe):
            \"\"\"Skipped.\"\"\"
            probe(ask)
            {call}
    """
    assert run(source, FakeWorker(1))[0]["one"].outcome is Outcome.UNGRADABLE


def test_a_check_that_vanished_is_ungradable(run):
    endings, _ = run(EQUAL, FakeWorker(4), names=("one", "two"))
    assert endings["one"].outcome is Outcome.PASSED
    assert endings["two"] == Ending(Outcome.UNGRADABLE, "The check did not run.")


def test_modules_that_cannot_be_imported_are_tried_once_and_fail_every_check(run):
    worker = FakeWorker(4, loading=StudentError("SyntaxError: invalid syntax", "", [], ""))
    two = EQUAL + EQUAL.replace("test_one", "test_two")
    endings, _ = run(two, worker, names=("one", "two"))
    assert [end.outcome for end in endings.values()] == [Outcome.ERROR, Outcome.ERROR]
    assert worker.loads == 1
    assert worker.calls == []


def test_a_part_out_of_time_asks_no_more(run):
    worker = FakeWorker(4)
    endings, _ = run(EQUAL, worker, limits=Limits.model_construct(wall_seconds=0))
    assert endings["one"].outcome is Outcome.TIMEOUT
    assert worker.calls == []


def test_starting_the_worker_takes_none_of_the_parts_time(run):
    worker = FakeWorker(4)
    worker.start = lambda: time.sleep(0.3)
    run(EQUAL, worker, limits=Limits.model_construct(wall_seconds=100, call_seconds=1000))
    ((*_, seconds),) = worker.calls
    assert seconds > 100 - 0.3


RANDOM = """
    @pytest.mark.points(2)
    def test_one(probe, rng):
        \"\"\"Random.\"\"\"
        probe(ask, x=torch.rand(3, generator=rng), more=(1, 2))
"""


def drawn(run: Callable[..., Any], **changes: Any) -> tuple[list[float], int]:
    worker = FakeWorker(None)
    run(RANDOM, worker, **changes)
    ((_, arguments, seed, _),) = worker.calls
    assert arguments["more"] == [1, 2]
    return arguments["x"].tolist(), seed


def test_random_numbers_hang_on_the_key_and_the_submission_alone(run):
    first = drawn(run)
    assert drawn(run) == first
    for changes in ({"key": b"l" * 32}, {"submission_digest": "sha256:2"}):
        other = drawn(run, **changes)
        assert other[0] != first[0]
        assert other[1] != first[1]


def test_settings_device_and_records_reach_the_check(run):
    source = """
        @pytest.mark.points(2)
        def test_one(settings, device, record, accuracy_rule, images, expect):
            \"\"\"Fixtures.\"\"\"
            record("held_out", settings.mean)
            expect.equal([device, accuracy_rule, images], ["cuda", (0.9, 0.1, 0.5), None])
    """
    rule = SimpleNamespace(threshold=0.9, marked_share=0.1, marked_threshold=0.5)
    changes = {"device_name": "cuda", "accuracy": rule}
    endings, part = run(source, FakeWorker(None), **changes)
    assert endings["one"].outcome is Outcome.PASSED
    assert part.records == {"held_out": 0.5}


def test_a_result_carries_points_only_where_the_check_passed():
    check = a_check("one", points=2.5, visible=False)
    passed = result_of(check, Ending(Outcome.PASSED))
    assert (passed.points, passed.max_points, passed.hint) == (2.5, 2.5, "")
    assert not passed.visible
    for outcome in set(Outcome) - {Outcome.PASSED}:
        other = result_of(check, Ending(outcome, "Because."))
        assert (other.points, other.message, other.hint) == (0.0, "Because.", "Think again.")


def test_a_tensor_from_the_worker_is_compared_by_value(run):
    source = """
        @pytest.mark.points(2)
        def test_one(probe, expect):
            \"\"\"A tensor.\"\"\"
            expect.close(probe(ask), torch.tensor([1.0, 2.0]))
    """
    assert run(source, FakeWorker(torch.tensor([1.0, 2.0])))[0]["one"].outcome is Outcome.PASSED
    assert run(source, FakeWorker(torch.tensor([1.0, 9.0])))[0]["one"].outcome is Outcome.FAILED


SHOWS = """
    @pytest.mark.points(2)
    def test_one(probe, expect, show):
        \"\"\"An order comes back.\"\"\"
        found = probe(ask)
        show.order("The order", {"one": found}, size=3)
        show.confusion("A table", ["a", "b"], [[1, 0], [0, 1]], always=True)
        expect.equal(found, [0, 1, 2])
"""


@pytest.mark.parametrize(
    ("answer", "outcome", "shown"),
    [
        ([0, 2, 1], Outcome.FAILED, ["The order", "A table"]),
        ([0, 1, 2], Outcome.PASSED, ["A table"]),
        ("nonsense", Outcome.FAILED, ["A table"]),
        (StudentError("ValueError: x", "", [], ""), Outcome.ERROR, []),
    ],
)
def test_a_check_shows_what_it_saw(run, answer, outcome, shown):
    endings, part = run(SHOWS, FakeWorker(answer))
    assert endings["one"].outcome is outcome
    assert [figure.title for figure in endings["one"].figures] == shown
    assert all(figure.public for figure in endings["one"].figures)
    assert [line.partition(":")[0] for line in part.log] == ["test_one"] * (answer == "nonsense")
    result = result_of(a_check("one"), endings["one"])
    assert [figure.title for figure in result.figures] == shown


REVEALS = """
    @pytest.mark.points(2)
    def test_one(expect, revealed, record):
        \"\"\"Some may be shown.\"\"\"
        places = revealed(1000)
        expect.that(places == sorted(set(places)), "places in order, each once", places)
        record("count", len(places))
        record("sum", sum(places))
"""


def test_what_may_be_revealed_is_the_same_for_everybody_and_by_the_key(run):
    def drawn(**how: Any) -> dict[str, float]:
        endings, part = run(REVEALS, FakeWorker(), **how)
        assert endings == {"one": Ending(Outcome.PASSED)}
        return part.records

    some = drawn(reveal=7)
    assert some["count"] == 7
    assert drawn(reveal=7, submission_digest="sha256:2") == some
    assert drawn(reveal=7, key=b"l" * 32)["sum"] != some["sum"]
    assert drawn() == {"count": 0, "sum": 0}


@pytest.mark.parametrize(
    ("reply", "tampered"),
    [
        ("the answer is to another question", True),
        ("the bytes do not begin a frame", True),
        ("the data has an unknown form", True),
        ("the data is too large (70 MiB)", False),
        ("an integer has more than 64 bits", False),
    ],
)
def test_what_no_worker_sends_is_noticed(run, reply, tampered):
    endings, _ = run(EQUAL, FakeWorker(BadReply(reply)))
    assert endings["one"].tampered == tampered
    assert result_of(a_check("one"), endings["one"]).tampered == tampered


TWICE = EQUAL + EQUAL.replace("test_one", "test_two")


def test_one_session_serves_one_run_after_the_other(tmp_path):
    write_checks(tmp_path, TWICE)
    right, wrong, broken = FakeWorker(4), FakeWorker(5), FakeWorker(SandboxBroken("no bwrap"))
    runs = [a_run(worker, ("one", "two")) for worker in (wrong, right, broken, right)]
    runs += [a_run(wrong, ("two",))]

    def work(session: Any) -> str:
        for one in runs:
            session.check(one)
        return "done"

    assert within_session(tmp_path, work) == "done"
    ended = [[end.outcome for end in one.endings.values()] for one in runs]
    failed, passed, ungradable = Outcome.FAILED, Outcome.PASSED, Outcome.UNGRADABLE
    assert ended == [[failed] * 2, [passed] * 2, [ungradable] * 2, [passed] * 2, [failed]]
    assert [len(one.log) for one in runs] == [0, 0, 2, 0, 0]


@pytest.mark.parametrize(
    ("left", "raised"),
    [("pytest.exit('enough')", None), ("raise KeyboardInterrupt", KeyboardInterrupt)],
)
def test_a_check_that_ends_pytest_ends_its_part_and_spends_the_session(tmp_path, left, raised):
    write_checks(tmp_path, TWICE.replace("expect.equal", f"{left}\n        expect.equal"))
    run = a_run(FakeWorker(4), ("one", "two"))
    spent: list[bool] = []

    def work(session: Any) -> None:
        with pytest.raises(raised) if raised else nullcontext():
            session.check(run)
        spent.append(session.is_spent)

    within_session(tmp_path, work)
    assert spent == [True]
    if raised is None:
        assert set(run.endings.values()) == {Ending(Outcome.UNGRADABLE, "The check did not run.")}
        assert run.log == ["A check ended pytest: enough"]


def test_what_work_in_a_session_raises_comes_out(tmp_path):
    write_checks(tmp_path, EQUAL)

    def work(session: Any) -> None:
        raise KeyboardInterrupt("enough")

    with pytest.raises(KeyboardInterrupt, match="enough"):
        within_session(tmp_path, work)


def test_a_session_that_pytest_does_not_begin_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    with pytest.raises(NoSession, match=r"^pytest ended with .* before any check could run$"):
        within_session(tmp_path, lambda _: None)
