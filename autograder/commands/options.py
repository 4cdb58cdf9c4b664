"""What a user can choose when grading, in one type, so that commands can grade for each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GradeOptions:
    """The options of `autograder grade`, as they were typed.

    `data_name` is for a caller that has found out already which images there are.
    """

    submissions: Path
    assignment: str | None = None
    out: Path = Path("graded")
    data_root: Path | None = None
    allow_synthetic: bool = False
    jobs: int | None = None
    device: str = "auto"
    sandbox: str = "auto"
    fresh: bool = False
    cold: bool = False
    scheduler: str | None = None
    data_name: str | None = None
