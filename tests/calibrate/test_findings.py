"""What goes into the calibration file, and what is made of it when somebody grades."""

from __future__ import annotations

import json
import re

import pytest

from autograder import course as courses
from autograder.calibrate.findings import TooFew, environment, findings_of, setting_of
from autograder.calibrate.record import (
    FILE_NAME,
    BadRecord,
    Calibration,
    Setting,
    read_calibration,
    write_calibration,
)
from autograder.calibrate.runs import Runs
from autograder.calibrate.standing import describe, warning
from autograder.calibrate.variants import variants_of
from autograder.grading.digests import digest_of_checks

from .conftest import RULE, runs


@pytest.fixture
def setting(luck_course, luck, drawn) -> Setting:
    found = {
        "reference": drawn(60, mean=0.95, deviation=0.004),
        "skill/long_way": runs(0.95, 0.94),
        "unlucky": runs(0.4, 0.4),
        "stuck": stuck(2),
    }
    variants = variants_of(luck_course, luck)
    return setting_of(luck, "mnist", "cpu", found, variants, 1e-3)


def stuck(count: int) -> Runs:
    """Runs that ended in an exception."""
    ended = runs(*[None] * count).measured
    return Runs(tuple(one.model_copy(update={"said": "stuck"}) for one in ended))


def test_all_that_was_measured_is_written_and_read_again(luck, setting):
    calibration = Calibration(assignment="luck").having(setting)
    assert read_calibration(luck) == Calibration(assignment="luck")
    path = write_calibration(calibration, luck)
    assert path == luck.folder / "calibration.json"
    assert read_calibration(luck) == calibration
    data = json.loads(path.read_text())["settings"][0]
    assert data["settings"] == {"level": 0.95}
    assert data["rule"] == {
        "threshold": 0.9, "marked_share": 0.1, "marked_threshold": 0.5, "repetitions": 2,
    }  # fmt: skip
    assert data["rate"] == 1e-3
    assert [len(one["held_out"]) for one in data["variants"]] == [60, 2, 2, 2]
    assert data["variants"][3]["held_out"] == [None, None]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", data["measured"])
    assert data["findings"]["recommended_by_estimate"] > 0.9


def test_environment_names_kinds_and_never_this_machine():
    import platform

    found = environment()
    assert found.keys() >= {"kit", "versions", "system", "machine", "vector instructions"}
    assert "torch" in found["versions"]
    assert platform.node() not in found.values()


def test_another_setting_joins_and_the_same_one_is_replaced(setting):
    other = setting.model_copy(update={"data": "synthetic"})
    newer = setting.model_copy(update={"rate": 0.1})
    both = Calibration(assignment="luck").having(other).having(setting).having(newer)
    assert [(one.data, one.rate) for one in both.settings] == [("mnist", 0.1), ("synthetic", 1e-3)]
    assert both.of("mnist", "cuda") is None


def test_reference_that_never_trains_says_why():
    with pytest.raises(TooFew) as caught:
        findings_of(stuck(3), RULE, 1e-6)
    assert str(caught.value) == (
        "the reference: expected at least 2 runs that trained to the end, found 0 of 3; stuck"
    )
    with pytest.raises(TooFew, match="found 0 of 0; give it more --keys"):
        findings_of(Runs(()), RULE, 1e-6)


def test_runs_that_are_all_alike_have_a_margin_of_nothing():
    assert findings_of(runs(0.95, 0.95, 0.95), RULE, 1e-6).margin == 0.0


class TestStanding:
    def test_a_setting_that_was_measured_needs_no_word(self, luck, setting):
        write_calibration(Calibration(assignment="luck").having(setting), luck)
        assert warning(luck, "mnist", "cpu") is None

    def test_neither_does_an_assignment_without_a_threshold(self, luck):
        assert warning(luck.model_copy(update={"accuracy": None}), "mnist", "cpu") is None

    def test_nothing_measured(self, luck):
        assert warning(luck, "mnist", "cpu") == (
            "Not calibrated: how often an honest solution misses the threshold was never measured "
            "on mnist images on cpu, nothing was; run `autograder calibrate luck`."
        )
        assert describe(luck) == "never; run `autograder calibrate luck`"

    def test_something_else_measured(self, luck, setting):
        write_calibration(Calibration(assignment="luck").having(setting), luck)
        assert warning(luck, "synthetic", "cpu") == (
            "Not calibrated: how often an honest solution misses the threshold was never measured "
            "on synthetic images on cpu, only mnist on cpu was; "
            "run `autograder calibrate luck --synthetic`."
        )

    def test_course_changed_since(self, luck_course, luck, setting):
        write_calibration(Calibration(assignment="luck").having(setting), luck)
        text = luck_course.path.read_text()
        text = text.replace("level: 0.95", "level: 0.9").replace(
            "threshold: 0.9,", "threshold: 0.8,"
        )
        luck_course.path.write_text(text)
        changed = courses.load(luck_course.path).assignment("luck")
        assert warning(changed, "mnist", "cpu") == (
            "Not calibrated: since mnist on cpu was measured, course.yaml has changed "
            "(level 0.95 → 0.9, threshold 0.9 → 0.8); run `autograder calibrate luck`."
        )
        assert describe(changed).endswith(", since then level 0.95 → 0.9, threshold 0.9 → 0.8")

    def test_a_file_that_can_not_be_read(self, luck):
        path = luck.folder / FILE_NAME
        path.write_text("{}")
        said = (
            f"{path}: expected what `autograder calibrate` writes, found something else "
            "(ValidationError); remove the file and calibrate again"
        )
        with pytest.raises(BadRecord) as caught:
            read_calibration(luck)
        assert str(caught.value) == said
        assert warning(luck, "mnist", "cpu") == f"Not calibrated: {said}."
        assert describe(luck) == said

    def test_what_was_measured_in_a_line(self, luck, setting):
        calibration = Calibration(assignment="luck")
        calibration = calibration.having(setting.model_copy(update={"measured": "2027-03-01"}))
        write_calibration(calibration, luck)
        assert re.fullmatch(
            r"mnist on cpu: 60 keys, 2027-03-01, fails at most [\d.e-]+ of honest submissions",
            describe(luck),
        )


def test_what_calibrating_writes_changes_no_score(luck, setting):
    before = digest_of_checks(luck.folder, [], "")
    write_calibration(Calibration(assignment="luck").having(setting), luck)
    (luck.folder / "calibration.svg").write_text("<svg/>")
    (luck.folder / "weak.toml").unlink()
    assert digest_of_checks(luck.folder, [], "") == before
    (luck.folder / "checks" / "calibration.json").write_text("{}")
    assert digest_of_checks(luck.folder, [], "") != before


def test_the_committed_file_is_of_this_course(repository):
    """The bar: below one in a million, on both kinds of images."""
    course = courses.load(repository / "course.yaml")
    for assignment in course.assignments.values():
        calibration = read_calibration(assignment)
        assert {one.data for one in calibration.settings} == {"mnist", "synthetic"}
        for one in calibration.settings:
            assert warning(assignment, one.data, one.device) is None
            assert len(one.reference.held_out) >= 40
            assert one.findings.fails.high < 1e-6
