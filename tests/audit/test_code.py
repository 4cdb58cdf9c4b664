"""Wrong versions differ from the correct module by one bug, and are known by that bug alone."""

from __future__ import annotations

import ast
from textwrap import dedent

from autograder.audit.code import (
    difference,
    first_difference,
    function_at,
    functions_changed,
    wrong_versions,
)

TEXT = dedent(
    '''
    """A module."""

    LIMIT = 5  # not the student's


    def given(a):
        return a + 1


    def written(a, b):
        # A comment.
        total = a   +  b
        return total


    class Net:
        def first(self, a):
            return a * 2

        def second(self, a):
            return a * 3
    '''
)
WRITTEN = [range(12, 15), range(18, 22)]


def versions(text: str = TEXT):
    return wrong_versions(text, WRITTEN, {})


def test_only_what_students_write_is_changed():
    assert {wrong.function for wrong in versions()} == {"written", "Net.first", "Net.second"}


def test_each_version_is_other_code_and_differs_from_all_others():
    dumps = [ast.dump(ast.parse(wrong.text)) for wrong in versions()]
    assert len(set(dumps)) == len(dumps) >= 10
    assert ast.dump(ast.parse(TEXT)) not in dumps


def test_comments_and_spacing_survive():
    wrong = next(one for one in versions() if one.operator.name == "wrong-operator")
    assert wrong.text == TEXT.replace("a   +  b", "a - b")
    assert wrong.line == 13


def test_a_digest_is_of_the_changed_code_alone():
    moved = TEXT.replace("LIMIT = 5", "LIMIT = 5\nMORE = 6").replace("# A comment.", "# Two.")
    moved = moved.replace("a   +  b", "a + b")
    before = [(wrong.operator.name, wrong.function, wrong.digest) for wrong in versions()]
    written = [range(13, 16), range(19, 23)]
    after = [
        (wrong.operator.name, wrong.function, wrong.digest)
        for wrong in wrong_versions(moved, written, {})
    ]
    assert after == before


def test_where_two_texts_differ_and_in_which_function():
    assert first_difference("a\nb\nc", "a\nx\nc") == 2
    assert first_difference("a\nb", "a\nb\nc") == 3
    assert [function_at(TEXT, line) for line in (4, 8, 13, 19, 22)] == [
        "", "given", "written", "Net.first", "Net.second",
    ]  # fmt: skip


def test_the_functions_that_a_change_is_in():
    after = TEXT.replace("LIMIT = 5", "LIMIT = 6").replace("a   +  b", "b").replace("a * 3", "a")
    assert list(functions_changed(TEXT, after)) == ["", "written", "Net.second"]


def test_difference_is_a_unified_diff():
    assert difference("a\nb\n", "a\nc\n", "f.py") == (
        "--- f.py\n+++ f.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c"
    )
