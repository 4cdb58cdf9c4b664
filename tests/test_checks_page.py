"""The samples of docs/checks.md are pieces of the files that they are said to be of."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner

from autograder.cli import app

PAGE = Path(__file__).parents[1] / "docs" / "checks.md"
SAMPLE = re.compile(r"^( *)<!-- (\S+) -->\n\1```(python|yaml|toml)\n(.*?)^\1```$", re.M | re.S)
FENCE = re.compile(r"^ *```(\w+)$", re.M)


def samples() -> list[tuple[str, str]]:
    """Each sample's file and text, as it stands in that file."""
    text = PAGE.read_text(encoding="utf-8")
    return [
        (file, "".join(line.removeprefix(indent) for line in sample.splitlines(keepends=True)))
        for indent, file, _, sample in SAMPLE.findall(text)
    ]


@pytest.mark.parametrize(("file", "sample"), samples(), ids=[file for file, _ in samples()])
def test_sample_stands_in_its_file(repository: Path, file: str, sample: str) -> None:
    assert len(dedent(sample).strip()) > 40
    assert sample in (repository / file).read_text(encoding="utf-8")


def test_no_code_is_without_its_file() -> None:
    languages = FENCE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(samples()) == len([one for one in languages if one != "console"]) >= 9


def test_commands_and_options_of_the_page_exist() -> None:
    text = PAGE.read_text(encoding="utf-8")
    helped = CliRunner().invoke(app, ["calibrate", "--help"], env={"COLUMNS": "200"}).output
    for line in re.findall(r"^\$ autograder calibrate (.*)$", text, re.M):
        for option in re.findall(r"--[a-z-]+", line):
            assert option in helped
    for option in ("--other-keys", "--rate"):
        assert option in text
        assert option in helped


def test_links_lead_somewhere(repository: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / target).exists(), target
