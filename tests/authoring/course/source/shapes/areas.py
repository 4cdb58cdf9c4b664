# %% [markdown]
# # Areas
#
# How much room is there?

# %% tags=["active-ipynb"]
# from selfcheck import until_written
# from settings import WIDTH

# %%
import math


# %%
def rectangle_area(width: float, height: float) -> float:
    """The area of a rectangle, in square metres."""
    # Two sides are all you need.
    ### BEGIN SOLUTION
    longer, shorter = max(width, height), min(width, height)
    return longer * shorter
    ### END SOLUTION


# %% tags=["active-ipynb"]
# with until_written():
#     print(rectangle_area(WIDTH, 2.0))

# %% [markdown]
# ## Round things


# %%
def circle_area(radius: float) -> float:
    """The area of a circle, in square metres. Its marker is not `### BEGIN SOLUTION`."""
    pattern = """
    ### BEGIN SOLUTION
    """
    assert pattern
    ### BEGIN SOLUTION
    quarter = math.pi / 4
    return quarter * (2 * radius) ** 2
    ### END SOLUTION


# %% tags=["active-ipynb"]
# from selfcheck import check
#
# check("areas")
