"""Writes a course whose training is a draw of lots, so that hundreds of runs take a moment.

What a submission returns from `trained()` counts as its held-out and its marked accuracy.
"""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

from autograder.selfcheck.attempt import digest

COURSE = """
title: Luck
repository: example/luck
key:
  file: {key}
assignments:
  luck:
    title: A draw of lots
    due: 2027-03-01 23:59 Europe/Berlin
    data: synthetic
    settings: {{level: 0.95}}
    modules: [luck, skill]
    parts:
      - {{name: skill, title: Skill, points: 1, modules: [skill]}}
      - {{name: luck, title: Luck, points: 3, modules: [luck]}}
    accuracy: {{threshold: 0.9, marked_share: 0.1, marked_threshold: 0.5}}
    limits: {{wall_seconds: 20, call_seconds: 3, memory_mb: 2048, submission_mb: 1, files: 20}}
"""

STUB = 'raise NotImplementedError("still to be written")\n'
FILES = {
    "schema.py": """
        from pydantic import BaseModel, ConfigDict


        class Settings(BaseModel):
            model_config = ConfigDict(frozen=True, extra="forbid")

            level: float
        """,
    "luck.py": """
        # %%
        import random


        # %%
        def trained() -> list[float]:
            \"\"\"What training comes to.\"\"\"
            ### BEGIN SOLUTION
            return [random.gauss(0.95, 0.004), random.gauss(0.9, 0.01)]
            ### END SOLUTION
        """,
    "skill.py": """
        # %%
        def skill() -> int:
            \"\"\"A number.\"\"\"
            ### BEGIN SOLUTION
            return 1
            ### END SOLUTION
        """,
    "probes.py": """
        # %% part="skill"


        def skill(student):
            return student.skill.skill()


        # %% part="luck"


        def trained(student):
            return student.luck.trained()
        """,
    "checks/test_skill.py": """
        import pytest
        from probes import skill


        @pytest.mark.points(1)
        def test_skill(probe, expect):
            \"\"\"Skill is there.\"\"\"
            expect.equal(probe(skill), 1)
        """,
    "checks/test_luck.py": """
        import pytest
        from probes import trained


        @pytest.mark.points(2)
        def test_accuracy(probe, expect, accuracy_rule, record):
            \"\"\"It learns.\"\"\"
            threshold, _, marked_threshold = accuracy_rule
            held_out, marked = probe(trained)
            record("held_out", held_out)
            record("marked", marked)
            expect.that(held_out >= threshold, "the threshold", held_out)
            expect.that(marked >= marked_threshold, "the mark", marked)


        @pytest.mark.points(1)
        def test_pair(probe, expect):
            \"\"\"Two numbers come back.\"\"\"
            expect.equal(len(probe(trained)), 2)
        """,
    "README.md": "{{ assignment.title }}\n",
    "requirements.txt": "pytest\n",
}
WEAK = """
[[weak]]
name = "unlucky"
why = "Nobody needs luck."
module = "luck"
edits = [{ old = "random.gauss(0.95, 0.004)", new = "0.4" }]

[[weak]]
name = "stuck"
why = "There is always something to return."
module = "luck"
edits = [
    { old = "return [random.gauss(0.95, 0.004), ", new = "raise ValueError('stuck', [" },
    { old = "random.gauss(0.9, 0.01)]", new = "0])" },
]
"""
SKILL = "def skill():\n    return 1\n"


def write_course(root: Path) -> Path:
    """The course file of a course in `root`, with its source and its released manifest."""
    source = root / "source" / "luck"
    for name, text in FILES.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    (source / "weak.toml").write_text(WEAK, encoding="utf-8")
    wheat = root / "tests" / "luck" / "wheats" / "skill" / "long_way.py"
    wheat.parent.mkdir(parents=True)
    wheat.write_text("def skill():\n    return int(True)\n", encoding="utf-8")
    manifest = {
        "assignment": "luck",
        "title": "A draw of lots",
        "settings": {"level": 0.95},
        "modules": ["luck", "skill"],
        "stubs": {name: digest(name, STUB.encode()) for name in ("luck.py", "skill.py")},
        "parts": [],
    }
    place = root / "release" / "luck" / "selfcheck" / "manifest.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(manifest), encoding="utf-8")
    course = root / "course.yaml"
    course.write_text(COURSE.format(key=root.parent / "luck.key"), encoding="utf-8")
    return course
