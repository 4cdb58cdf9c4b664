"""Writes one result as Classroom 50's `classroom50/result/v1`, whose points are whole numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from ..grading.results import CheckResult, Outcome, Result
from .plain_csv import utc_text
from .words import check_text, plain

SCHEMA = "classroom50/result/v1"
FACTORS = (1, 2, 4, 5, 10, 20, 100)
"""By what points may be multiplied so that all are whole."""


def classroom50(result: Result, runner: Mapping[str, str]) -> str:
    """`result.json` as schemas/result-v1.schema.json in foundation50/classroom50 asks for it.

    `runner` is the environment that its runner gives an autograder; what is missing there is filled
    in from the result, so that the same file comes of a class that was graded elsewhere. Points
    that are not whole are all multiplied by the smallest of `FACTORS` that makes them so. What
    lateness takes off makes `score` smaller than the sum of the tests, and is rounded down.
    """
    factor = factor_for(result)
    time = result.submitted.time if result.submitted is not None else datetime.fromtimestamp(0, UTC)
    tag = runner.get("SUBMISSION_TAG") or f"submit/{utc_text(time).replace(':', '-')}"
    written: dict[str, Any] = {
        "schema": SCHEMA,
        "classroom": runner.get("CLASSROOM") or "classroom",
        "assignment": runner.get("ASSIGNMENT") or result.assignment,
        "assignment_type": runner.get("ASSIGNMENT_TYPE") or "individual",
        "owner": runner.get("OWNER") or runner.get("USERNAME") or result.student,
        "submission": tag,
        "commit": runner.get("COMMIT_URL") or tag,
        "release": runner.get("RELEASE_URL") or tag,
        "review": runner.get("REVIEW_URL") or runner.get("COMMIT_URL") or tag,
        "datetime": utc_text(time),
        "score": math.floor(Fraction(str(result.score or 0.0)) * factor),
        "max-score": int(Fraction(str(result.max_score)) * factor),
        "tests": [
            _test(check, part.title, factor) for part in result.parts for check in part.checks
        ],
    }
    return json.dumps(written, indent=1, ensure_ascii=False) + "\n"


def factor_for(result: Result) -> int:
    """The smallest factor that makes the points of every check whole; the last where none does."""
    points = [
        Fraction(str(number))
        for part in result.parts
        for check in part.checks
        for number in (check.points, check.max_points)
    ]
    fits = (factor for factor in FACTORS if all((p * factor).denominator == 1 for p in points))
    return next(fits, FACTORS[-1])


def _test(check: CheckResult, part: str, factor: int) -> dict[str, Any]:
    return {
        "test-name": plain(f"{part}: {check.title}"),
        "passed": check.outcome is Outcome.PASSED,
        "score": math.floor(Fraction(str(check.points)) * factor),
        "max-score": math.floor(Fraction(str(check.max_points)) * factor),
        "output": check_text(check),
    }
