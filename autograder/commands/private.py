"""Lists what no submission may read while it is graded."""

from __future__ import annotations

import os
from pathlib import Path

from ..course import Assignment, Course
from .options import GradeOptions


def private_files(course: Course, assignment: Assignment, options: GradeOptions) -> list[Path]:
    """The checks, solutions, key, images, the class and its results, those of them that exist."""
    from ..data import named_root
    from ..data.mnist import cache_folder

    root = named_root(options.data_root) or cache_folder()
    listed = [
        assignment.folder,
        course.root / "solutions",
        course.root / ".git",
        course.key_file,
        Path(root),
        options.submissions,
        options.out,
    ]
    return [path for path in listed if os.path.exists(path)]
