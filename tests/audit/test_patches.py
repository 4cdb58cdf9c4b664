"""A patch is found by its lines, and where it can't be used the error says where and why."""

from __future__ import annotations

import pytest

from autograder.audit.errors import AuditError
from autograder.audit.patches import applied, read_patch, read_patches
from autograder.audit.reference import reference

DIFF = """--- double.py
+++ double.py
@@ -6,3 +6,3 @@
     \"\"\"Twice the number.\"\"\"
-    return factor * number
+    return number
"""


def test_a_patch_has_a_thought_a_price_and_a_change(tiny):
    [patch] = read_patches(tiny)
    assert (patch.name, patch.thought, patch.costs) == (
        "shouts",
        "Thinks that a greeting is loud.",
        2.0,
    )
    module, text = applied(patch, reference(tiny))
    assert module.name == "greet"
    assert text == module.text.replace("Hello {", "HELLO {")


def test_line_numbers_don_t_matter(tiny, write):
    path = write("mutants/one.patch", f"Forgets.\n{DIFF}".replace("-6,3 +6,3", "-600 +700"))
    _, text = applied(read_patch(path), reference(tiny))
    assert "    return number\n" in text


def test_a_patch_may_have_several_hunks_and_no_price(tiny, write):
    more = '@@ -1 +1,2 @@\n """Doubling."""\n+import math\n'
    patch = read_patch(write("mutants/one.patch", f"Forgets.\n{DIFF}{more}"))
    _, text = applied(patch, reference(tiny))
    assert patch.costs is None
    assert text.startswith('"""Doubling."""\nimport math\n')


def error_of(tiny, path):
    with pytest.raises(AuditError) as caught:
        applied(read_patch(path), reference(tiny))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            DIFF,
            ":1: expected a sentence, found '--- double.py'; "
            "begin with a line that says what a student was thinking",
        ),
        (
            "",
            ":1: expected a sentence, found nothing; "
            "begin with a line that says what a student was thinking",
        ),
        ("Forgets.\n", ":1: expected a unified diff of one module, found no `+++`; add the diff"),
        (
            "Forgets.\n+++ double.py\n",
            ":2: expected a unified diff of one module, found no `@@ … @@`; add the diff",
        ),
        (
            f"Forgets.\ncosts: much\n{DIFF}",
            ":2: expected a number of points, found 'much'; write for example `costs: 2`",
        ),
        (
            f"Forgets.\n+++ greet.py\n{DIFF}",
            ":4: expected a diff of one module, found a second `+++`; make two patches",
        ),
        (
            f"Forgets.\n{DIFF}*  return 3\n",
            ":8: expected a line of a diff, found '*  return 3'; "
            "begin each line with a space, - or +",
        ),
        (
            "Forgets.\n+++ double.py\n@@ -1 +1 @@\n \n",
            ":3: expected a change, found none; say with - and + what changes",
        ),
        (
            f"Forgets.\n{DIFF}".replace("double.py", "probes.py"),
            ":1: expected a diff of one of double.py, greet.py, found 'probes.py'; "
            "name the file after `+++`",
        ),
        (
            f"Forgets.\n{DIFF}".replace("Twice", "Thrice"),
            ":4: expected lines that stand in the reference of double.py once, found none; "
            "make the patch again from the reference as it is now",
        ),
        (
            "Forgets.\n+++ double.py\n@@ -1 +1 @@\n \n+x = 1\n",
            ":3: expected lines that stand in the reference of double.py once, "
            "found 3 such places; give it more lines of context",
        ),
        (
            f"Forgets.\n{DIFF}".replace("return number", "return ("),
            ":1: expected Python once it is applied, found '(' was never closed on line 6 of "
            "double.py; a bug of a student is code that can be imported",
        ),
    ],
)
def test_what_is_wrong_with_a_patch_is_said(tiny, write, text, wanted):
    path = write("mutants/one.patch", text)
    assert error_of(tiny, path) == f"source/tiny/mutants/one.patch{wanted}"


def test_a_patch_is_text(tiny, write):
    path = write("mutants/one.patch", "")
    path.write_bytes(b"\xff")
    assert error_of(tiny, path) == (
        "source/tiny/mutants/one.patch:1: expected text in UTF-8, found other bytes; "
        "save it as UTF-8"
    )
