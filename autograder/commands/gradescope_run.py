"""What runs in Gradescope's container: grades the one submission there and writes `results.json`.

    python -m autograder.commands.gradescope_run COURSE_FILE ASSIGNMENT /autograder

Where the grader itself fails there is no file, so that Gradescope shows an error and no score.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from .. import atomic
from .. import course as courses
from ..exports.gradescope import NoScore, gradescope
from ..grading.handin_time import parsed
from ..grading.places import folder_name
from ..grading.results import Result, Submitted
from .options import GradeOptions
from .outcome import INTERNAL, OK, UsageError, exit_code, say

SUBMISSION, METADATA, RESULTS = "submission", "submission_metadata.json", "results/results.json"
SOURCE = "Gradescope"


@exit_code
def run(course_file: Path, assignment: str, root: Path) -> int:
    """Grade `root/submission`; 3 where there can be no result."""
    metadata = _metadata(root / METADATA)
    student, submitted = student_of(metadata), submitted_of(metadata)
    with tempfile.TemporaryDirectory(prefix="autograder-results-") as folder:
        out = Path(folder)
        result = _grade(course_file, assignment, root, out, student, submitted)
        log = out / folder_name(student) / "grader.log"
        if log.is_file():
            say(log.read_text(encoding="utf-8"))
    try:
        written = gradescope(result)
    except NoScore as error:
        say(f"{error}. {' '.join(result.notes)}")
        return INTERNAL
    atomic.write_text(root / RESULTS, written)
    say(f"{student}: {result.score} of {result.max_score}")
    return OK


def student_of(metadata: dict[str, Any]) -> str:
    """The e-mail address of the first who handed in; the submission's number where none is known.

    That is the name by which `course.yaml` may give an extension. A group is known by its first.
    """
    users = metadata.get("users")
    first = users[0] if isinstance(users, list) and users and isinstance(users[0], dict) else {}
    known = first.get("email") or first.get("sid") or first.get("name")
    return str(known or f"submission {metadata.get('id', '')}".strip())


def submitted_of(metadata: dict[str, Any]) -> Submitted | None:
    """When it was handed in, as Gradescope has it."""
    text = str(metadata.get("created_at", ""))
    time = parsed(text)
    return None if time is None else Submitted(time=time, source=SOURCE)


def _metadata(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _grade(
    course_file: Path,
    assignment: str,
    root: Path,
    out: Path,
    student: str,
    submitted: Submitted | None,
) -> Result:
    from ..grading.batch import open_class
    from ..grading.checks import BrokenChecks
    from ..grading.outfolder import Unusable
    from ..grading.session import NoRelease
    from ..grading.submission import HandedIn
    from ..sandbox.uid import NAME
    from .grade import make_plan

    course = courses.load(course_file)
    place = root / SUBMISSION
    # The submission is its author's own: nothing of it has to be kept from it.
    options = GradeOptions(out / "nothing", assignment, out, device="cpu", sandbox=NAME)
    times = {} if submitted is None else {student: submitted}
    try:
        plan = make_plan(course, course.assignment(assignment), options)
        handed_in = [HandedIn(student, place)]
        with open_class(plan, handed_in, out, fresh=True, times=times) as batch:
            (graded,) = batch.grade(1)
    except (BrokenChecks, NoRelease, Unusable) as error:
        raise UsageError(str(error)) from None
    return graded.result


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
