"""The workflow for GitHub is YAML, gets the key from a secret, and calls commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML
from typer.testing import CliRunner

from autograder import course as courses
from autograder.cli import app
from autograder.packaging.github import github_workflow


def test_every_command_of_the_workflow_exists(repository: Path, tmp_path: Path) -> None:
    course = courses.load(repository / "course.yaml")
    workflow = YAML(typ="safe").load(github_workflow(course, "mnist"))
    steps = workflow["jobs"]["grade"]["steps"]
    (grade,) = [step for step in steps if step.get("name") == "Grade"]
    assert grade["env"] == {"AUTOGRADER_KEY": "${{ secrets.AUTOGRADER_KEY }}"}
    runs = "\n".join(step["run"] for step in steps if "run" in step)
    commands = re.findall(r"python -m autograder (.+)", runs)
    assert commands == [
        "grade submitted --assignment mnist --out graded",
        "export github graded --to exports",
    ]
    for command in commands:
        # Nothing is there, so each gets as far as looking for it.
        options = ["--course", str(repository / "course.yaml")]
        words = [str(tmp_path / word) if word in ("submitted", "graded") else word
                 for word in command.split()]  # fmt: skip
        done = CliRunner().invoke(app, [*words, *options])
        assert done.exit_code == 2
        assert "Usage:" not in done.output
    assert workflow["permissions"] == {"contents": "read"}
