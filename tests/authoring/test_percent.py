"""A part's worker gets the cells of its own part and those of all."""

from __future__ import annotations

import pytest

from autograder.authoring import percent
from autograder.authoring.percent import Cell, PercentError

PROBES = '''"""Probes."""

# %%
import math

# %% part="areas"
area = math.pi
text = """
# %% part="boxes"
"""

# %% Boxes part="boxes" tags=["x"]
box = 1
'''


def test_cells_cover_the_whole_text() -> None:
    assert percent.cells(PROBES) == [
        Cell(1, 3, None),
        Cell(3, 6, None),
        Cell(6, 12, "areas"),
        Cell(12, 15, "boxes"),
    ]
    assert percent.cells("x = 1") == [Cell(1, 2, None)]
    assert percent.cells("# %%\nx = 1\n") == [Cell(1, 4, None)]


def test_other_parts_are_blank_and_lines_stay_in_place() -> None:
    mine = percent.for_part(PROBES, "boxes")
    assert "area" not in mine
    assert mine.split("\n").index("box = 1") == PROBES.split("\n").index("box = 1")
    assert 'part="boxes"\n"""' in percent.for_part(PROBES, "areas")
    assert "box = 1" not in percent.for_part(PROBES, "areas")
    assert "area" not in percent.for_part(PROBES, "none")
    assert "import math" in percent.for_part(PROBES, "none")


@pytest.mark.parametrize("options", ["part=areas", "part", "part=''", 'part=""', "part = "])
def test_a_part_is_named_in_double_quotes(options: str) -> None:
    with pytest.raises(PercentError) as caught:
        percent.for_part(f"x = 1\n# %% {options}\n", "areas")
    assert str(caught.value) == (
        f'probes.py:2: expected part="name", found {options.strip()!r}; '
        "name the part in double quotes"
    )


def test_a_part_has_to_be_one_of_the_assignment() -> None:
    percent.expect_known_parts(PROBES, "probes.py", ["areas", "boxes"])
    with pytest.raises(PercentError) as caught:
        percent.expect_known_parts(PROBES, "probes.py", ["area", "boxes"])
    assert str(caught.value) == (
        "probes.py:6: expected one of the parts area, boxes, found 'areas'; name one of them"
    )
