"""Writes a GitHub Actions workflow that grades a class, with a summary and JUnit XML."""

from __future__ import annotations

from ..course import Course
from .templating import rendered

SUBMISSIONS = "submitted"


def github_workflow(course: Course, assignment: str) -> str:
    """The workflow's YAML. The key comes from a secret of the name that its variable has."""
    return rendered(
        "github.yml.j2",
        assignment=assignment,
        submissions=SUBMISSIONS,
        key_variable=course.key.environment,
    )
