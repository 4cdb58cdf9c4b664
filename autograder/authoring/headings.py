"""Finds the headings of a notebook, so that a hint can name the section to reread."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .percent import cells

_HEADING = re.compile(r"# #{1,6} (?P<title>.+)")


def headings(text: str) -> list[str]:
    """The headings in the Markdown cells of a percent-format script, in order."""
    lines = text.split("\n")
    found = []
    for cell in cells(text):
        if "[markdown]" in lines[cell.begin - 1]:
            matches = map(_HEADING.fullmatch, lines[cell.begin : cell.end - 1])
            found += [match["title"].strip() for match in matches if match is not None]
    return found


def section_words(section: str, modules: Sequence[str], known: Mapping[str, list[str]]) -> str:
    """“Batches” in loaders; ValueError where none of the `modules` has such a heading.

    `known` are the headings of each module.
    """
    for module in modules:
        if section in known[module]:
            return f"“{section.replace('`', '')}” in {module}"
    titles = ", ".join(repr(title) for module in modules for title in known[module])
    there = f"there is {titles}" if titles else "there is none"
    raise ValueError(f"expected a heading of {' or '.join(modules)}, found {section!r}; {there}")
