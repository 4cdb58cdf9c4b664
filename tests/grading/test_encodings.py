"""What is said of a script that Python can't decode."""

from __future__ import annotations

import codecs

import pytest

from autograder.grading.encodings import note_on_encoding

TEXT = "# Grüße\nx = 1\n"


@pytest.mark.parametrize(
    "script",
    [
        b"",
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        b"# coding: latin-1\n" + TEXT.encode("latin-1"),
        b"#!/usr/bin/env python\r# -*- coding: cp1252 -*-\r" + TEXT.encode("cp1252"),
        b"# vim: set fileencoding=latin-1 :\n" + TEXT.encode("latin-1"),
    ],
)
def test_nothing_where_python_can(script: bytes) -> None:
    assert note_on_encoding("model.py", script) is None


@pytest.mark.parametrize(
    "script",
    [TEXT.encode("latin-1"), b"\n\n# coding: latin-1\n\xfc", b"x = 'coding: latin-1'\n\xfc"],
)
def test_a_byte_that_is_no_utf_8(script: bytes) -> None:
    line = script.split(b"\xfc")[0].count(b"\n") + 1
    assert note_on_encoding("model.py", script) == (
        f"model.py is not saved as UTF-8 (line {line} has a byte 0xfc), so Python can't read it: "
        "save it as UTF-8 and hand it in again."
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16(encoding: str) -> None:
    assert note_on_encoding("model.py", TEXT.encode(encoding)) == (
        "model.py is saved as UTF-16 or holds zero bytes, which Python can't read: "
        "save it as UTF-8 and hand it in again."
    )
