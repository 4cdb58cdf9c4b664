"""The sections that hints name."""

from __future__ import annotations

import pytest

from autograder.authoring.headings import headings, section_words

SCRIPT = """# %% [markdown]
# # 1 · Start
#
# Words, and a sign # within them.
#
# ## Exercise: `f`

# %%
# # not a heading
x = 1

# %% [markdown] tags=["a"]
# ### Deeper
"""


def test_headings_are_those_of_markdown_cells() -> None:
    assert headings(SCRIPT) == ["1 · Start", "Exercise: `f`", "Deeper"]


def test_a_section_is_named_with_its_notebook() -> None:
    known = {"model": ["Batches"], "training": ["Exercise: `f`"]}
    assert section_words("Exercise: `f`", ["model", "training"], known) == (
        "“Exercise: f” in training"
    )


def test_a_section_that_is_not_there_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^expected a heading of a or b, found 'C'; there is 'A', 'B'$"
    ):
        section_words("C", ["a", "b"], {"a": ["A"], "b": ["B"]})
