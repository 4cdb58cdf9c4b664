# %% [markdown]
# # Boxes


# %%
class Box:
    """A box with three sides, in metres."""

    def __init__(self, *sides: float) -> None:
        ### BEGIN SOLUTION
        self.sides = sorted(sides)
        ### END SOLUTION

    def volume(self) -> float:
        """In cubic metres."""
        ### BEGIN SOLUTION
        small, middle, large = self.sides
        return small * middle * large
        ### END SOLUTION


# %%
class Stack:
    """Boxes, one on the other."""

    ### BEGIN SOLUTION
    def __init__(self, boxes: list[Box]) -> None:
        self.lowest_first = boxes

    def volume(self) -> float:
        return sum(box.volume() for box in self.lowest_first)

    ### END SOLUTION


# %% tags=["active-ipynb"]
# from selfcheck import check
#
# check("boxes")
