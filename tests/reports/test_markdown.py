"""Markdown: the same feedback, and nothing in it that acts (by the word of markdown-it)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from autograder.grading.results import CheckResult, Frame, Outcome, PartResult, Result
from autograder.reports.disclosure import Rules
from autograder.reports.markdown import markdown
from autograder.reports.telling import tell

GOLDEN = Path(__file__).parent / "feedback.md"
HOSTILE = [
    "<script>alert(1)</script>",
    "![x](https://example.org/x.png)",
    "[link](javascript:alert(1))",
    "` code `` more",
    "``",
    "# heading\n\n- list\n\n    code",
    "***bold*** __also__ ~~gone~~ | a | b |",
    "https://example.org www.example.org <https://example.org>",
    "1. one",
    "&lt;b&gt; &amp;",
    "\x00\x1b[31m\u202e\udcff",
]


def test_the_whole_of_it(failing: Result) -> None:
    assert markdown(tell(failing, Rules(), "Digits")) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_student_wrote_is_markup(
    text: str,
    make_result: Callable[..., Result],
    make_part: Callable[..., PartResult],
    make_check: Callable[..., CheckResult],
) -> None:
    def tokens(text: str) -> list[tuple[str, str]]:
        frame = Frame(file=text, line=1, function=text, text=text)
        fields: dict[str, Any] = {"message": text, "expected": f"e {text}", "found": f"f {text}"}
        checks = [
            make_check(text, outcome=outcome, frames=(frame,), hint=text, **fields)
            for outcome in Outcome
        ]
        result = make_result(text, make_part(text, *checks), notes=(text,))
        parser = MarkdownIt("gfm-like", {"linkify": False})
        parsed = parser.parse(markdown(tell(result, Rules(), text)))
        inner = [child for token in parsed for child in token.children or ()]
        return [
            (one.type, one.tag)
            for one in (*parsed, *inner)
            if one.type not in ("text", "text_special")
        ]

    assert tokens(text) == tokens("harmless")
    assert not {"html_block", "html_inline", "link_open", "image"} & {
        kind for kind, _ in tokens(text)
    }
