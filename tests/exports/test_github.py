"""What GitHub gets: Classroom 50's result, JUnit XML, and a summary in Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from autograder.exports.classroom50 import classroom50, factor_for
from autograder.exports.junit import junit
from autograder.exports.summary import summary
from autograder.grading.results import Result

from .conftest import check, full_marks, part, result

Golden = Callable[[str, str], None]
WHOLE = {"type": "integer", "minimum": 0}
WORDS = {"type": "string", "minLength": 1}
CLASSROOM_50 = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit",
        "release", "review", "datetime", "score", "max-score", "tests",
    ],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        "assignment_type": {"enum": ["individual", "group"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        **dict.fromkeys(("score", "max-score"), WHOLE),
        **dict.fromkeys(
            ("classroom", "assignment", "owner", "commit", "release", "review"), WORDS
        ),
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": WORDS,
                    "passed": {"type": "boolean"},
                    "score": WHOLE,
                    "max-score": WHOLE,
                },
            },
        },
    },
}  # fmt: skip
"""What its documentation asks for, and what a collector refuses."""
RUNNER = {
    "CLASSROOM": "ai-101",
    "ASSIGNMENT": "digits",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "ada",
    "SUBMISSION_TAG": "submit/2027-03-02T11-00-00Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/o/r/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/o/r/releases/tag/submit",
    "REVIEW_URL": "https://github.com/o/r/compare/0...a1b2c3d",
}


class TestClassroom50:
    def read(self, one: Result, runner: dict[str, str] = RUNNER) -> dict[str, Any]:
        written: dict[str, Any] = json.loads(classroom50(one, runner))
        jsonschema.validate(written, CLASSROOM_50)
        assert written["score"] <= written["max-score"]
        assert all(test["score"] <= test["max-score"] for test in written["tests"])
        return written

    def test_is_the_golden_file(self, failing: Result, golden: Golden) -> None:
        self.read(failing)
        golden("classroom50.json", classroom50(failing, RUNNER))

    def test_half_points_are_doubled(self) -> None:
        written = self.read(full_marks("s001"))
        assert (written["score"], written["max-score"]) == (40, 40)
        assert [test["score"] for test in written["tests"]] == [15, 5, 20]

    def test_whole_points_stay(self) -> None:
        whole = result("s001", part("model", check("layers", 20.0)))
        assert self.read(whole)["score"] == 20

    @pytest.mark.parametrize(
        ("points", "factor"), [(1.0, 1), (0.5, 2), (0.25, 4), (0.2, 5), (0.1, 10), (1 / 3, 100)]
    )
    def test_the_factor_is_the_smallest_that_fits(self, points: float, factor: int) -> None:
        assert factor_for(result("s001", part("model", check("layers", points)))) == factor

    def test_a_penalty_makes_the_score_smaller_than_the_sum(self, failing: Result) -> None:
        written = self.read(failing)
        assert sum(test["score"] for test in written["tests"]) == 11
        assert written["score"] == 7

    def test_without_a_runner_the_result_fills_in(self) -> None:
        written = self.read(full_marks("s001"), {})
        assert (written["owner"], written["assignment"]) == ("s001", "digits")
        assert written["submission"] == "submit/2027-03-02T11-00-00Z"


class TestJunit:
    def test_is_the_golden_file(self, small_class: list[Result], golden: Golden) -> None:
        golden("junit.xml", junit(small_class))

    def test_has_nothing_that_pytests_own_has_not(
        self, small_class: list[Result], pytester: pytest.Pytester
    ) -> None:
        """pytest's `xunit1` is the reference: an element has no other children or attributes."""
        pytester.makepyfile(
            """
            import pytest

            def test_passes(record_property, record_testsuite_property):
                record_property("points", 1)
                record_testsuite_property("points", 1)

            def test_fails():
                assert False

            @pytest.fixture
            def broken():
                raise ValueError

            def test_error(broken):
                pass
            """
        )
        pytester.runpytest("--junit-xml=own.xml", "-o", "junit_family=xunit1")
        own = shapes((pytester.path / "own.xml").read_text())
        ours = shapes(junit(small_class))
        own["failure"] |= {"@type"}
        own["error"] |= {"@type"}
        assert [
            (name, shape - own[name]) for name, shape in ours.items() if shape - own[name]
        ] == []

    def test_points_are_properties_and_add_up(self, failing: Result) -> None:
        suite = ET.fromstring(junit([failing]))[0]
        points = [
            float(one.attrib["value"])
            for one in suite.findall("testcase/properties/property[@name='points']")
        ]
        assert sum(points) == failing.raw_score
        counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
        assert counts == {"tests": "6", "failures": "3", "errors": "2", "skipped": "0"}

    def test_says_nothing_of_what_is_hidden(self, failing: Result) -> None:
        assert "SECRET" not in junit([failing])


def shapes(xml: str) -> dict[str, set[str]]:
    """The children and attributes that elements of each name have."""
    found: dict[str, set[str]] = {}
    for element in ET.fromstring(xml).iter():
        shape = found.setdefault(element.tag, set())
        shape |= {child.tag for child in element} | {f"@{name}" for name in element.attrib}
    return found


class TestSummary:
    def test_is_the_golden_file(self, small_class: list[Result], golden: Golden) -> None:
        golden("summary.md", summary(small_class, "Digits & more"))

    def test_nothing_in_a_name_is_markup(self) -> None:
        name = "@all | <b>*x*</b> [a](b)\n# `c`"
        row = summary([full_marks(name)], "Digits").splitlines()[4]
        assert re.findall(r"(?<!\\)[|]", row) == ["|"] * 7
        assert re.search(r"(?<!\\)[@<>*\[\]`#]", row) is None
