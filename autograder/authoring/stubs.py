"""Words what stands in place of a solution, so that a script and its notebook say the same."""

from __future__ import annotations

import ast
from pathlib import Path

from .regions import Definition, Region, region_error

UNWRITTEN = "is still to be written"
"""What the message of every stub ends with."""
_CALL = "# YOUR CODE HERE"
_RAISE = "raise NotImplementedError("
_INIT = "def __init__(self, *args: object, **kwargs: object) -> None:"
STUB_TEXTS = (_CALL, _RAISE, _INIT)


def stub_for(text: str, region: Region, module: str, path: Path | str) -> str:
    """What replaces `region` of `text`, without its indentation.

    It raises a NotImplementedError that begins with the name of the module, when the function is
    called. Where the region holds the body of a class, that is when the class is made use of.
    Raises RegionError where the region is in no function or class.
    """
    around = definitions_around(text, region)
    if not around:
        raise region_error(
            path,
            region.begin,
            "a solution within a function or class",
            "one outside",
            "leave the signature and the docstring above the region",
        )
    words = f"{module}: {around[0].name} {UNWRITTEN}"
    stub = f'{_CALL}\n{_RAISE}"{words}")'
    if isinstance(around[-1], ast.ClassDef):
        body = "".join(f"\n    {line}" for line in stub.split("\n"))
        return _INIT + body
    return stub


def definitions_around(text: str, region: Region) -> list[Definition]:
    """The functions and classes that the region is in, outermost first."""
    found = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, Definition)
        and node.lineno < region.begin <= (node.end_lineno or 0)
        and node.col_offset < len(region.indent)
    ]
    return sorted(found, key=lambda node: node.lineno)
