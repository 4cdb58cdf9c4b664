"""What an audit says on the terminal and on its page, against texts that people have read."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from rich.console import Console

from autograder.reports.audit_page import diff_lines, write_page
from autograder.reports.audit_terminal import show_audit, watched

from .sample import DIFF, SAMPLE

GOLDEN = Path(__file__).parent / "golden"


def test_the_terminal_says_what_somebody_has_to_look_at():
    file = StringIO()
    show_audit(SAMPLE, Console(file=file, width=100, color_system=None))
    said = "\n".join(line.rstrip() for line in file.getvalue().splitlines()) + "\n"
    assert said == (GOLDEN / "terminal.txt").read_text(encoding="utf-8")


def words(page: str) -> str:
    """What a page says, a line for each piece of text."""
    body = page[page.index("<main>") :]
    return "\n".join(
        filter(None, (one.strip() for one in re.sub("<[^>]*>", "\n", body).split("\n")))
    )


def test_the_page_says_the_same_and_stands_alone(tmp_path):
    page = write_page(SAMPLE, tmp_path).read_text(encoding="utf-8")
    assert words(page) + "\n" == (GOLDEN / "page.txt").read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|https?://|src=", page)
    assert "Loops &amp; more" in page
    assert "It runs &lt;b&gt;" in page
    assert "<i>no</i>" not in page


def test_a_clean_audit_says_that_nothing_was_found(tmp_path):
    clean = SAMPLE.model_copy(
        update={
            "mutants": SAMPLE.mutants[1:2],
            "wheats": SAMPLE.wheats[:1],
            "complaints": (),
            "checks": SAMPLE.checks[:1],
        }
    )
    said = words(write_page(clean, tmp_path).read_text(encoding="utf-8"))
    assert "None: each mutant fails a check of its own part, or is a reviewed equivalent." in said
    assert "None: every wheat keeps full marks, 1 of them, with 10 keys each." in said
    assert "vacuous" not in said.replace("one that no mutant fails is vacuous", "")


def test_lines_of_a_diff_have_names_for_their_styles():
    assert diff_lines(DIFF) == [
        ("place", "@@ -1,3 +1,3 @@"),
        ("same", " def f(x):"),
        ("removed", "-    return x < 1"),
        ("added", "+    return x <= 1"),
    ]


def test_without_a_terminal_a_step_is_a_line(capsys):
    assert list(watched([1, 2], 2, "mutants")) == [1, 2]
    assert list(watched([], 0, "survivors")) == []
    assert capsys.readouterr().out == "Grading: mutants, 2\n"
