"""Writes results as JUnit XML, which every CI shows: a suite a student, a test case a check.

It is the `xunit1` form, as pytest calls it: only that lets a test case have properties, which is
where the points are.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from ..grading.results import CheckResult, Outcome, PartResult, Result
from ..reports.words import exact_points
from .words import check_text, plain


def junit(results: Sequence[Result]) -> str:
    """The XML. A submission without a score is a suite with one test case, an error.

    Of a failed hidden check it says the title and the hint.
    """
    suites = ET.Element("testsuites", name="autograder")
    for result in results:
        suites.append(_suite(result))
    ET.indent(suites, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, "unicode") + "\n"


def _suite(result: Result) -> ET.Element:
    suite = ET.Element("testsuite", name=plain(f"{result.assignment}: {result.student}"))
    if result.submitted is not None:
        suite.set("timestamp", result.submitted.time.isoformat(timespec="seconds"))
    suite.set("time", f"{result.seconds:.3f}")
    _properties(suite, _of_result(result))
    cases = [_case(part, check) for part in result.parts for check in part.checks]
    if result.score is None:
        reason = plain(" ".join(result.notes)) or "could not be graded"
        case = ET.Element("testcase", classname=result.assignment, name=result.status.value)
        case.set("time", "0.000")
        ET.SubElement(case, "error", message=reason, type=result.status.value)
        cases.insert(0, case)
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    for kind in ("failure", "error", "skipped"):
        count = sum(case.find(kind) is not None for case in cases)
        suite.set(kind if kind == "skipped" else f"{kind}s", str(count))
    return suite


def _of_result(result: Result) -> dict[str, str]:
    if result.score is None or result.raw_score is None:
        return {"status": result.status.value}
    values = {
        "points": exact_points(result.score),
        "max_points": exact_points(result.max_score),
        "raw_points": exact_points(result.raw_score),
    }
    if result.late is not None:
        values["late"] = plain(result.late.explanation)
    return values


def _case(part: PartResult, check: CheckResult) -> ET.Element:
    case = ET.Element("testcase", classname=part.name, name=plain(check.title), time="0.000")
    points = {"points": check.points, "max_points": check.max_points}
    _properties(case, {name: exact_points(value) for name, value in points.items()})
    if check.outcome is not Outcome.PASSED:
        kind = "failure" if check.outcome is Outcome.FAILED else "error"
        text = check_text(check)
        said = text.split("\n")[:2]
        ending = ET.SubElement(case, kind, message=said[-1], type=check.outcome.value)
        ending.text = text
    return case


def _properties(parent: ET.Element, values: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=value)
