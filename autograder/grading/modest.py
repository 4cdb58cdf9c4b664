"""Refuses modules that would cost the grader itself much to compare with what was released."""

from __future__ import annotations

import re

from .contents import Rejected, shown

MAX_NOTEBOOK = 10 << 20
MAX_SCRIPT = 2 << 20
MAX_DEPTH = 100
"""Lists and objects within each other; a notebook with a plot in it has about twenty."""
MAX_VALUES = 500_000

# A string that doesn't end goes to the end, so that it is looked at once.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_CLEAR = "clear its outputs (in Jupyter: Edit, Clear Outputs of All Cells) and hand in again"


def require_modest(name: str, data: bytes) -> None:
    """Rejected where the script or notebook called `name` is of absurd size or nesting."""
    if name.endswith(".ipynb"):
        _require_modest_notebook(name, data)
    elif len(data) > MAX_SCRIPT:
        raise Rejected(
            f"{shown(name)} is larger than {MAX_SCRIPT >> 20} MB; "
            "put what is no code into a file of its own and hand in again"
        )


def _require_modest_notebook(name: str, data: bytes) -> None:
    if len(data) > MAX_NOTEBOOK:
        raise Rejected(f"{shown(name)} is larger than {MAX_NOTEBOOK >> 20} MB; {_CLEAR}")
    if not _may_be_json(data):
        # No notebook, which its part will say.
        return
    bare, strings = _STRING.subn(b"", data, count=MAX_VALUES + 1)
    opened = bare.count(b"[") + bare.count(b"{")
    if max(strings, bare.count(b",") + opened) > MAX_VALUES:
        raise Rejected(f"{shown(name)} holds more than {MAX_VALUES:,} values; {_CLEAR}")
    # What closes more than was opened is no JSON from there on.
    if _depth(bare.translate(None, _NO_BRACKETS)[: 2 * opened]) > MAX_DEPTH:
        raise Rejected(
            f"{shown(name)} has lists within lists, more than {MAX_DEPTH} of them; {_CLEAR}"
        )


def _may_be_json(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return text.lstrip(" \t\n\r")[:1] in ("[", "{")


def _depth(brackets: bytes) -> int:
    deepest = depth = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
