"""Says of a script that Python can't decode how it was saved, which Python itself says badly."""

from __future__ import annotations

import re

from .contents import shown

_DECLARED = re.compile(rb"#.*coding[:=][ \t]*[-\w.]")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def note_on_encoding(name: str, script: bytes) -> str | None:
    """A sentence for the student where `script` is no UTF-8 and declares no other encoding."""
    if script.startswith(_WIDE) or b"\0" in script:
        return (
            f"{shown(name)} is saved as UTF-16 or holds zero bytes, which Python can't read: "
            "save it as UTF-8 and hand it in again."
        )
    if any(map(_DECLARED.search, script[:1_000].splitlines()[:2])):
        return None
    try:
        script.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = script.count(b"\n", 0, error.start) + 1
        return (
            f"{shown(name)} is not saved as UTF-8 (line {line} has a byte {script[error.start]:#x})"
            ", so Python can't read it: save it as UTF-8 and hand it in again."
        )
    return None
