"""Writes one result as Gradescope's `results.json`.

Hidden checks get the visibility `after_published`. Gradescope shows students no total while a test
is hidden from them, which is what hidden checks need: students may hand in as often as they like,
and a total beside the points of the public checks would tell after each try how the hidden ones
went. Once the instructor publishes grades, they see the total and the hidden checks' titles and
hints. Whatever would let them work out the total before waits with it, also the sum for late work.
"""

from __future__ import annotations

import json
from typing import Any

from ..grading.results import CheckResult, Outcome, Result, Status
from .words import check_text, has_hidden, plain

VISIBLE, LATER = "visible", "after_published"


class NoScore(Exception):
    """The grader failed on the submission; Gradescope has no result without a score."""


def gradescope(result: Result) -> str:
    """`results.json`. Raises NoScore; a rejected submission gets 0 points and the reason.

    Specification: gradescope-autograders.readthedocs.io/en/latest/specs.
    """
    if result.status is Status.INTERNAL:
        raise NoScore(f"{result.student}: the grader failed, so there is no score")
    tests = [
        _test(check, f"{number}.{place}", part.title)
        for number, part in enumerate(result.parts, start=1)
        for place, check in enumerate(part.checks, start=1)
    ]
    later = LATER if has_hidden(result) else VISIBLE
    if result.late is not None and result.late.penalty:
        tests.append(
            {
                "name": "Late work",
                "number": f"{len(result.parts) + 1}",
                "score": -result.late.penalty,
                "max_score": 0.0,
                "output": plain(result.late.explanation),
                "visibility": later,
            }
        )
    written = {
        "score": result.score or 0.0,
        "execution_time": round(result.seconds),
        "output": "\n".join(_overall(result)),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "status": result.status.value,
            "submission_digest": result.submission_digest,
            "checks_digest": result.checks_digest,
        },
    }
    return json.dumps(written, indent=1, ensure_ascii=False) + "\n"


def _test(check: CheckResult, number: str, part: str) -> dict[str, Any]:
    return {
        "name": plain(f"{part}: {check.title}"),
        "number": number,
        "score": check.points,
        "max_score": check.max_points,
        "status": "passed" if check.outcome is Outcome.PASSED else "failed",
        "output": check_text(check),
        "visibility": VISIBLE if check.visible else LATER,
    }


def _overall(result: Result) -> list[str]:
    """What students see at once: nothing that tells how the hidden checks went."""
    lines = [plain(note) for note in result.notes]
    checks = [check for part in result.parts for check in part.checks]
    if checks:
        seen = [check for check in checks if check.visible]
        passed = sum(check.outcome is Outcome.PASSED for check in seen)
        lines.append(f"{passed} of {len(seen)} public checks passed.")
        hidden = len(checks) - len(seen)
        if hidden:
            lines.append(
                f"{hidden} hidden check{'s' * (hidden > 1)} and the total are shown when grades "
                "are published."
            )
    if result.late is not None:
        lines.append(plain(result.late.lateness))
    return lines
