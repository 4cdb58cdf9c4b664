"""The code that bugs are put into is the source without its markers, and what students write."""

from __future__ import annotations

from autograder import course as courses
from autograder.audit.mutants import mutants_of
from autograder.audit.reference import reference
from autograder.authoring.release import build


def test_the_lines_that_students_write(tiny):
    modules = reference(tiny)
    greet = modules["greet"]
    lines = greet.text.split("\n")
    assert "###" not in greet.text
    assert [[lines[number - 1].strip() for number in one] for one in greet.written] == [
        ['whole = f"{title} {name}" if title else name', 'return f"Hello {whole}"']
    ]


def test_mutants_have_ids_of_their_own_and_say_where_they_are(tiny):
    found = mutants_of(tiny, reference(tiny))
    assert len({one.id for one in found}) == len(found)
    by_hand = next(one for one in found if one.operator == "by-hand")
    assert by_hand.id == "greet.greet:by-hand:shouts"
    assert by_hand.diff.splitlines()[0] == "--- greet.py"
    assert reference(tiny)["greet"].text.split("\n")[by_hand.line - 1] == (
        '    return f"Hello {whole}"'
    )


def test_a_mutant_that_a_patch_and_an_operator_make_is_the_patch_s(tiny, write):
    write(
        "mutants/other.patch",
        "Adds.\n--- double.py\n+++ double.py\n@@ -1 +1 @@\n"
        "-    return factor * number\n+    return factor / number\n",
    )
    same = [one for one in mutants_of(tiny, reference(tiny)) if "factor / number" in one.text]
    assert [one.operator for one in same] == ["by-hand"]


def test_nothing_of_an_audit_is_released(course_file, tiny):
    names = build(courses.load(course_file), tiny)
    assert not [name for name in names if "mutants" in name or "wheats" in name]
    assert not [name for name, data in names.items() if b"HELLO" in data or b"sum([number]" in data]
