"""A list of equivalent mutants is read entry by entry, and one that is out of date is an error."""

from __future__ import annotations

import pytest

from autograder.audit.equivalents import read_equivalents
from autograder.audit.errors import AuditError

LIST = "mutants/equivalent.yaml"
TWO = """
    # A comment.
    - mutant: double.double:one:12345678
      reason: >
        The same number,
        whichever way.
    - {mutant: "greet.greet:two:abcdef01", reason: Nobody sees it.}
    """


def test_no_list_is_an_empty_one(tiny):
    assert read_equivalents(tiny).entries == {}


@pytest.mark.parametrize("text", ["", "# Nothing yet.\n", "[]\n"])
def test_an_empty_list_is_one_too(tiny, write, text):
    write(LIST, text)
    assert read_equivalents(tiny).entries == {}


def test_each_entry_has_its_reason_and_its_line(tiny, write):
    write(LIST, TWO)
    found = read_equivalents(tiny)
    assert [(one.mutant, one.line) for one in found.entries.values()] == [
        ("double.double:one:12345678", 2),
        ("greet.greet:two:abcdef01", 6),
    ]
    assert found.reason("double.double:one:12345678") == "The same number, whichever way."
    assert found.reason("double.double:other:12345678") is None


def test_an_entry_for_no_mutant_is_stale(tiny, write):
    write(LIST, TWO)
    assert read_equivalents(tiny).unknown(["greet.greet:two:abcdef01"]) == [
        "source/tiny/mutants/equivalent.yaml:2: expected a mutant that the audit makes, found "
        "'double.double:one:12345678'; remove the entry, or look at the code that has changed and "
        "review it anew"
    ]


def test_an_entry_for_a_mutant_that_a_check_sees_is_wrong(tiny, write):
    write(LIST, TWO)
    assert read_equivalents(tiny).killed({"greet.greet:two:abcdef01": "greet::name"}) == [
        "source/tiny/mutants/equivalent.yaml:6: expected a mutant that no check can tell from the "
        "reference, found greet::name fails for 'greet.greet:two:abcdef01'; remove the entry, or "
        "mend the check if the mutant is correct"
    ]


EXAMPLE = "write for example `- {mutant: module.function:operator:0123abcd, reason: …}`"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("mutant: a\n", f":1: expected a list of mutants, found a group of keys; {EXAMPLE}"),
        ("- a\n", f":1: expected `mutant` and `reason`, found 'a'; {EXAMPLE}"),
        ("- mutant: a\n", f":1: expected `mutant` and `reason`, found mutant; {EXAMPLE}"),
        (
            "- mutant: a\n  reason: b\n- mutant: a\n  reason: c\n",
            ":3: expected each mutant once, found a; keep one of the two",
        ),
        (
            "- mutant: a\n  reason:\n",
            ":1: expected a reason, found none; "
            "say why no check can or should tell it from the reference",
        ),
        ("- [a\n", ":2: expected YAML, found expected ',' or ']', but got '<stream end>'; mend it"),
    ],
)
def test_what_is_wrong_with_the_list_is_said(tiny, write, text, wanted):
    write(LIST, text)
    with pytest.raises(AuditError) as caught:
        read_equivalents(tiny)
    assert str(caught.value) == f"source/tiny/mutants/equivalent.yaml{wanted}"
