"""Regions are found, cut and refused by one rule in every kind of text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.authoring import regions
from autograder.authoring.markers import MARKERS
from autograder.authoring.regions import Region, RegionError

PY = Path("thing.py")
FUNCTION = '''\
def area(side):
    """The area."""
    # Think.
    ### BEGIN SOLUTION
    square = side**2
    return square
    ### END SOLUTION


after = 1
'''
HIDDEN = """\
def test_one():
    assert 1


### BEGIN HIDDEN TESTS
def test_two():
    assert 2


### END HIDDEN TESTS


def test_three():
    assert 3
"""


def test_scan_gives_the_lines_of_the_markers() -> None:
    assert regions.scan(FUNCTION, PY) == (Region("solution", 4, 7, "    "),)
    assert regions.scan(HIDDEN, PY) == (Region("hidden", 5, 10, ""),)


def test_clear_solutions_puts_a_stub_in_place() -> None:
    cleared = regions.clear_solutions(FUNCTION, PY, "# write\nraise NotImplementedError")
    assert "    # Think.\n    # write\n    raise NotImplementedError\n\n\nafter" in cleared
    assert "square" not in cleared


def test_a_stub_may_depend_on_the_region() -> None:
    cleared = regions.clear_solutions(FUNCTION, PY, lambda region: f"return {region.begin}")
    assert "    return 4\n" in cleared


def test_cut_hidden_leaves_no_gap() -> None:
    cut = regions.cut_hidden(HIDDEN, PY)
    assert cut == "def test_one():\n    assert 1\n\n\ndef test_three():\n    assert 3\n"
    alone = "### BEGIN HIDDEN TESTS\nx = 1\n### END HIDDEN TESTS\n"
    assert regions.cut_hidden(alone, PY) == ""
    assert regions.cut_hidden("y = 1\n\n" + alone, PY) == "y = 1\n"
    assert regions.cut_hidden(alone + "\ny = 1\n", PY) == "y = 1\n"


def test_strip_markers_leaves_the_reference() -> None:
    reference = regions.strip_markers(FUNCTION, PY)
    assert "    # Think.\n    square = side**2\n    return square\n\n\nafter" in reference


def test_hidden_lines_are_those_of_hidden_tests_only() -> None:
    assert regions.hidden_lines(HIDDEN, PY) == frozenset(range(5, 11))
    assert regions.hidden_lines(FUNCTION, PY) == frozenset()


def test_markers_within_strings_are_text() -> None:
    text = 'a = "### BEGIN SOLUTION"\nb = """\n### BEGIN HIDDEN TESTS\n### begin solution\n"""\n'
    assert regions.scan(text, PY) == ()
    assert regions.cut_hidden(text, PY) == text


@pytest.mark.parametrize("name", ["README.md", "notes.txt", "extra.yaml", "requirements.txt"])
def test_other_texts_have_regions_too(name: str) -> None:
    text = "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc\n### BEGIN SOLUTION\nd\n"
    text += "### END SOLUTION\n"
    assert regions.cut_hidden(text, name) == "a\nc\n### BEGIN SOLUTION\nd\n### END SOLUTION\n"
    assert regions.clear_solutions(regions.cut_hidden(text, name), name, "") == "a\nc\n"


def test_prose_may_name_a_marker() -> None:
    text = "Write between `### BEGIN SOLUTION` and `### END SOLUTION`.\n\n## The end\n"
    assert regions.scan(text, "README.md") == ()


@pytest.mark.parametrize(
    "line",
    [
        "### begin solution",
        "- ### BEGIN SOLUTION",
        "> ### BEGIN SOLUTION",
        "<!-- BEGIN SOLUTION -->",
        "BEGIN HIDDEN TESTS",
        "torch ### BEGIN HIDDEN TESTS",
    ],
)
def test_other_texts_refuse_what_resembles_a_marker(line: str) -> None:
    with pytest.raises(RegionError, match=r"^README\.md:2: expected '### BEGIN"):
        regions.scan(f"a\n{line}\n", "README.md")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "### BEGIN SOLUTION\nx = 1\n",
            "thing.py:1: expected '### END SOLUTION' below, found the end of the file; "
            "close the region that begins here",
        ),
        (
            "x = 1\n### END HIDDEN TESTS\n",
            "thing.py:2: expected '### BEGIN HIDDEN TESTS' above, found '### END HIDDEN TESTS'; "
            "put that before the region, or remove this marker",
        ),
        (
            "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION\n",
            "thing.py:2: expected '### END SOLUTION' for the region that begins on line 1, found "
            "'### BEGIN SOLUTION'; close one region before the next, regions don't nest",
        ),
        (
            "### BEGIN SOLUTION\n### BEGIN HIDDEN TESTS\n",
            "thing.py:2: expected '### END SOLUTION' for the region that begins on line 1, found "
            "'### BEGIN HIDDEN TESTS'; close one region before the next, regions don't nest",
        ),
        (
            "### BEGIN SOLUTION\nx = 1\n### END HIDDEN TESTS\n",
            "thing.py:3: expected '### END SOLUTION' for the region that begins on line 1, found "
            "'### END HIDDEN TESTS'; close one region before the next, regions don't nest",
        ),
        (
            "x = 1\n### BEGIN SOLUTIONS\n",
            "thing.py:2: expected '### BEGIN SOLUTION', found '### BEGIN SOLUTIONS'; write the "
            "marker exactly, on a line of its own, or reword the comment",
        ),
        (
            "x = 1  ### BEGIN SOLUTION\n### END SOLUTION\n",
            "thing.py:1: expected '### BEGIN SOLUTION' on a line of its own, found "
            "'x = 1  ### BEGIN SOLUTION'; move the marker",
        ),
        (
            "if 1:\n    ### BEGIN SOLUTION\n    x = 1\n### END SOLUTION\n",
            "thing.py:4: expected '### END SOLUTION' indented as its begin on line 2 is, found 0 "
            "characters of indentation for 4; indent both markers alike",
        ),
        (
            "@mark\n### BEGIN HIDDEN TESTS\ndef test(): ...\n### END HIDDEN TESTS\n",
            "thing.py:1: expected the decorator of 'test' in the region too, found it above the "
            "region; move the marker of line 2 above the decorator",
        ),
        (
            "x = (\n",
            "thing.py:1: expected Python that can be parsed, found '(' was never closed; "
            "correct this line or the one before it",
        ),
        (
            "# ### BEGIN SOLUTION\n# x = 1\n# ### END SOLUTION\n",
            "thing.py:1: expected '### BEGIN SOLUTION', found '# ### BEGIN SOLUTION'; write the "
            "marker exactly, on a line of its own, or reword the comment",
        ),
    ],
)
def test_what_could_leak_stops_with_its_line(text: str, message: str) -> None:
    with pytest.raises(RegionError) as caught:
        regions.scan(text, PY)
    assert str(caught.value) == message


def test_what_is_left_has_to_be_python() -> None:
    cut = "def f():\n    ### BEGIN HIDDEN TESTS\n    x = 1\n    ### END HIDDEN TESTS\n"
    with pytest.raises(RegionError, match=r"^thing\.py:2: expected regions that leave Python"):
        regions.cut_hidden(cut, PY)
    within = "x = [\n    ### BEGIN SOLUTION\n    1,\n    ### END SOLUTION\n]\n"
    with pytest.raises(RegionError, match=r"^thing\.py:2: expected regions that leave Python"):
        regions.clear_solutions(within, PY, "raise NotImplementedError")


# What a file may be made of: (kind, lines); N stands for a number of its own.
PIECES = [
    ("public", "x_N = 1\n"),
    ("public", "# Begin with a solution in mind: N\n"),
    ("public", 'text_N = "### BEGIN SOLUTION"\n'),
    ("public", 'text_N = """\n### END SOLUTION\n    ### begin hidden test\n"""\n\n\n'),
    ("public", "\n\n"),
    ("public", "# %% [markdown]\n# words N\n\n# %%\n"),
    ("solution", "SECRET_N = [\n    1,  # two\n]\n"),
    ("solution", 'def secret_N():\n    return """\n### END SOLUTION\n"""\n'),
    ("hidden", "@mark(SECRET_N)\ndef secret_N():\n    pass\n"),
    ("hidden", "\n\nSECRET_N = 3  # ###\n\n"),
]
Pieces = list[tuple[str, str]]
BEGIN = {"solution": "### BEGIN SOLUTION\n", "hidden": "### BEGIN HIDDEN TESTS\n"}
END = {"solution": "### END SOLUTION\n", "hidden": "### END HIDDEN TESTS\n"}
some_pieces = st.lists(st.sampled_from(PIECES), max_size=8).map(
    lambda chosen: [(kind, text.replace("N", str(n))) for n, (kind, text) in enumerate(chosen)]
)


def joined(pieces: Pieces) -> str:
    return "".join(BEGIN.get(kind, "") + text + END.get(kind, "") for kind, text in pieces)


@given(some_pieces)
def test_every_region_is_found(pieces: Pieces) -> None:
    found = regions.scan(joined(pieces), PY)
    assert [r.kind for r in found] == [kind for kind, _ in pieces if kind != "public"]


@given(some_pieces)
def test_stripping_gives_all_but_the_markers(pieces: Pieces) -> None:
    stripped = regions.strip_markers(joined(pieces), PY)
    assert stripped == "".join(text for _, text in pieces)
    assert regions.scan(stripped, PY) == ()
    for again in (regions.strip_markers, regions.cut_hidden):
        assert again(stripped, PY) == stripped
    assert regions.clear_solutions(stripped, PY, "raise SystemExit") == stripped


@given(some_pieces)
def test_clearing_and_cutting_leave_what_is_public(pieces: Pieces) -> None:
    text = joined(pieces)
    cleared = regions.clear_solutions(regions.cut_hidden(text, PY), PY, "STUB = 0")
    other_way = regions.cut_hidden(regions.clear_solutions(text, PY, "STUB = 0"), PY)
    assert cleared == other_way
    assert "secret" not in cleared.lower()
    assert cleared.count("STUB") == [kind for kind, _ in pieces].count("solution")
    ast.parse(cleared)
    public = [line for kind, part in pieces if kind == "public" for line in part.split("\n")]
    left = [line for line in cleared.split("\n") if line != "STUB = 0"]
    assert [line for line in left if line.strip()] == [line for line in public if line.strip()]


@given(some_pieces)
def test_hidden_lines_are_those_that_cutting_takes_away(pieces: Pieces) -> None:
    text = joined(pieces)
    lines = text.split("\n")
    hidden = regions.hidden_lines(text, PY)
    kept = [line for n, line in enumerate(lines, start=1) if n not in hidden and line.strip()]
    cut = regions.cut_hidden(text, PY).split("\n")
    assert kept == [line for line in cut if line.strip()]


def mutations(marker: str) -> st.SearchStrategy[str]:
    """The marker with one slip of the pen."""
    place = st.integers(0, len(marker) - 1)
    sign = st.sampled_from("#ABEINOSTbeginstdx_-. :")
    return st.one_of(
        place.map(lambda n: marker[:n] + marker[n + 1 :]),
        place.map(lambda n: marker[:n] + marker[n] + marker[n:]),
        place.map(lambda n: marker[:n] + marker[n : n + 2][::-1] + marker[n + 2 :]),
        place.map(lambda n: marker[:n] + marker[n].swapcase() + marker[n + 1 :]),
        st.tuples(place, sign).map(lambda t: marker[: t[0]] + t[1] + marker[t[0] + 1 :]),
        st.tuples(place, sign).map(lambda t: marker[: t[0]] + t[1] + marker[t[0] :]),
        st.sampled_from([" ", " #", " ###", ": here", "S", " (easy)", "."]).map(marker.__add__),
        st.sampled_from(["# ", "#", "x = 1  ", "pass;"]).map(lambda s: s + marker),
    ).filter(lambda mutated: mutated.strip() != marker)


@given(st.data(), st.sampled_from(["solution", "hidden"]), st.sampled_from(["", "    "]))
def test_no_slip_of_the_pen_makes_a_region_public(data: st.DataObject, kind: str, by: str) -> None:
    begin = data.draw(mutations(BEGIN[kind].strip()))
    end = data.draw(mutations(END[kind].strip()))
    body = f"{by}{begin}\n{by}secret = 1\n{by}{end}\n"
    text = f"if True:\n    pass\n{body}" if by else body
    with pytest.raises(RegionError, match=r"^thing\.py:\d+: expected .+, found .+; .+"):
        regions.scan(text, PY)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), st.sampled_from(MARKERS))
def test_any_text_is_either_scanned_or_refused(text: str, marker: regions.Marker) -> None:
    for name in ("thing.py", "README.md"):
        for whole in (text, f"{text}\n{marker.text}\n{text}"):
            try:
                regions.scan(whole, name)
            except RegionError as error:
                assert str(error).startswith(f"{name}:")  # noqa: PT017
