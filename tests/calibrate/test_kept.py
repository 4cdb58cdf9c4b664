"""A run is known by all that decides its numbers, and by nothing else."""

from __future__ import annotations

import pytest

from autograder import course as courses
from autograder.calibrate.kept import kept_runs, setting_digest

from .conftest import run

DIGEST = "sha256:1"


def test_a_run_is_kept_and_found_again(luck, tmp_path):
    kept = kept_runs(tmp_path / "runs", luck, "mnist", "cpu")
    assert kept.read(DIGEST, 0) is None
    kept.write(DIGEST, 0, run(0.96))
    assert kept.read(DIGEST, 0) == run(0.96)
    assert kept.read(DIGEST, 1) is None
    assert kept.read("sha256:2", 0) is None
    assert kept_runs(tmp_path / "runs", luck, "synthetic", "cpu").read(DIGEST, 0) is None
    assert kept_runs(tmp_path / "runs", luck, "mnist", "cuda").read(DIGEST, 0) is None


def test_a_run_that_can_not_be_read_is_done_again(luck, tmp_path):
    kept = kept_runs(tmp_path / "runs", luck, "mnist", "cpu")
    kept.write(DIGEST, 0, run(0.96))
    (path,) = (tmp_path / "runs").rglob("*.json")
    path.write_text(path.read_text()[:20])
    assert kept.read(DIGEST, 0) is None


@pytest.mark.parametrize(
    ("file", "old", "new", "same"),
    [
        ("source/luck/checks/test_luck.py", "It learns", "It learns well", False),
        ("source/luck/probes.py", "student.luck.trained()", "[0.99, 0.99]", False),
        ("course.yaml", "level: 0.95", "level: 0.94", False),
        ("course.yaml", "marked_share: 0.1", "marked_share: 0.2", False),
        ("course.yaml", "threshold: 0.9,", "threshold: 0.91,", True),
        ("source/luck/checks/odds.py", "ODDS = 1", "ODDS = 2", False),
        ("source/luck/checks/luckless.py", "ODDS = 0", "ODDS = 1", True),
        ("source/luck/checks/test_skill.py", "Skill is there", "Skill is here", True),
        ("source/luck/probes.py", "student.skill.skill()", "1", True),
        ("course.yaml", "title: Luck\n", "title: Much luck\n", True),
    ],
)
def test_what_decides_a_run_is_part_of_its_digest(luck_course, luck, file, old, new, same):
    checks = luck.folder / "checks"
    (checks / "odds.py").write_text("ODDS = 1\n")
    (checks / "luckless.py").write_text("ODDS = 0\n")
    text = (checks / "test_luck.py").read_text()
    (checks / "test_luck.py").write_text(f"from odds import ODDS\n{text}")
    before = setting_digest(luck, "mnist", "cpu")
    path = luck_course.root / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    after = courses.load(luck_course.path).assignment("luck")
    assert (setting_digest(after, "mnist", "cpu") == before) is same
